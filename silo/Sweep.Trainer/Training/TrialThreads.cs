using TorchSharp;

namespace Sweep.Trainer.Training;

/// <summary>
/// Sets how many threads libtorch computes with, and sets the former number again at the end. A trial keeps the number with which it began,
/// because each thread adds up a part of a sum, and the last bits of the sum depend on the parts.
/// </summary>
internal sealed class TrialThreads : IDisposable
{
    private readonly int _before = torch.get_num_threads();

    public TrialThreads(int count)
    {
        Count = count;
        Set(count);
    }

    public int Count { get; }

    public void Dispose() => Set(_before);

    private static void Set(int count)
    {
        if (torch.get_num_threads() != count)
            torch.set_num_threads(count);
    }
}
