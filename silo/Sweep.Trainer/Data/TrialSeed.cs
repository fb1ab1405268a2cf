using Sweep.Domain.Search;
using TorchSharp;

namespace Sweep.Trainer.Data;

/// <summary>
/// Every random choice of a trial except its first weights is drawn from a separate generator, which is a pure function of the trial's seed
/// and the position (epoch or step). A resumed trial therefore draws the same numbers without a saved random state.
/// </summary>
internal static class TrialSeed
{
    private enum Purpose { Order, Dropout, Sample }

    /// <summary>
    /// Uses the seed itself, so that <c>random_split(windows, [training, validation], torch.Generator().manual_seed(seed))</c> gives the
    /// same split in Python. Only a split by windows draws from it.
    /// </summary>
    public static torch.Generator Split(long seed) => new((ulong)seed, torch.CPU);

    /// <summary>The order of the training windows in one epoch.</summary>
    public static torch.Generator Order(long seed, int epoch) => new(Bits(seed, epoch, Purpose.Order), torch.CPU);

    /// <param name="step">Number of steps taken since the start of the training.</param>
    public static DropoutDraw Dropout(long seed, long step, torch.Device device) => new(Bits(seed, step, Purpose.Dropout), device);

    public static torch.Generator Sample(long seed) => new(Bits(seed, 0, Purpose.Sample), torch.CPU);

    private static ulong Bits(long seed, long place, Purpose purpose) => SplitMix64.Bits(seed, place, (int)purpose);
}
