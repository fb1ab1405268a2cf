using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// The memory of one pass at a time, which the next pass uses again. New memory of this size comes from the kernel page by page, which took
/// a tenth of the time.
/// </summary>
internal sealed class PassMemory : IDisposable
{
    private readonly Dictionary<string, Tensor> _buffers = [];

    /// <summary>A buffer of this shape, which still has the numbers of its last use.</summary>
    public Tensor Buffer(string name, params long[] shape)
    {
        var size = shape.Aggregate(1L, (product, length) => product * length);
        if (!_buffers.TryGetValue(name, out var buffer) || buffer.shape[0] < size)
        {
            buffer?.Dispose();
            _buffers[name] = buffer = empty(size).DetachFromDisposeScope();
        }

        return buffer.narrow(0, 0, size).view(shape).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
            buffer.Dispose();
    }
}
