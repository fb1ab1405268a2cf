using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// The memory that the passes of a layer use one after the other. New memory of this size comes from the kernel page by page, which took a
/// tenth of the time.
/// </summary>
internal sealed class PassMemory : IDisposable
{
    private readonly Dictionary<string, Tensor> _buffers = [];

    /// <summary>A buffer of this shape whose numbers are those of its last use.</summary>
    public Tensor Buffer(string name, params long[] shape)
    {
        var size = shape.Aggregate(1L, (product, length) => product * length);
        if (!_buffers.TryGetValue(name, out var buffer) || buffer.shape[0] < size)
        {
            buffer?.Dispose();
            _buffers[name] = buffer = empty(size).DetachFromDisposeScope();
        }

        return buffer.narrow(0, 0, size).view(shape);
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
            buffer.Dispose();
    }
}

/// <summary>Hands out memory that no pass uses.</summary>
internal sealed class PassMemoryPool : IDisposable
{
    private readonly ConcurrentBag<PassMemory> _free = [];

    public PassMemory Take() => _free.TryTake(out var memory) ? memory : new();

    public void Return(PassMemory memory) => _free.Add(memory);

    public void Dispose()
    {
        foreach (var memory in _free)
            memory.Dispose();
    }
}
