using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Divides work among as many threads as libtorch uses. The parts depend on how many there are and on nothing else.</summary>
internal static class Chunks
{
    public static int Of(long count) => (int)Math.Min(get_num_threads(), count);

    /// <param name="act">Gets the number of the part, and its first place and the one after its last in [0, count).</param>
    public static void Run(int chunks, long count, Action<int, long, long> act)
    {
        if (chunks == 1)
            act(0, 0, count);
        else
            Parallel.For(0, chunks, chunk => act(chunk, count * chunk / chunks, count * (chunk + 1) / chunks));
    }
}
