using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// The numbers of each step, float32 [slots, batch, width]. With fewer slots than steps a later step overwrites an earlier one.
/// </summary>
internal sealed unsafe class StepBuffer(Tensor numbers) : IDisposable
{
    private readonly float* _address = AddressOf(numbers);
    private readonly int _slots = (int)numbers.shape[0];
    private readonly long _width = numbers.shape[1] * numbers.shape[2];

    public Tensor Numbers => numbers;

    /// <summary>The numbers of a step, [batch, width].</summary>
    public Tensor this[int step] => numbers[step % _slots];

    public float* At(int step) => _address + (step % _slots * _width);

    public void Dispose() => numbers.Dispose();

    /// <summary>The address of a tensor's numbers, which libtorch never moves.</summary>
    public static float* AddressOf(Tensor tensor) => (float*)Bytes(tensor);

    /// <inheritdoc cref="AddressOf"/>
    public static long* AddressOfWhole(Tensor tensor) => (long*)Bytes(tensor);

    private static byte* Bytes(Tensor tensor)
    {
        // A span of all numbers could have no more than 2 GiB, so it is one of the first alone.
        using var row = tensor.view(-1);
        using var first = row.narrow(0, 0, 1);
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
