using System.Collections.Concurrent;

namespace Sweep.Trainer.Models.Passes;

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
