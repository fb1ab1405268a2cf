using Sweep.Domain.Search;
using TorchSharp;

namespace Sweep.Trainer.Data;

/// <summary>
/// Every random choice of a trial but its first weights is drawn from a generator of its own, a pure function of the trial's seed and the place:
/// a resumed trial needs no random state to draw the same.
/// </summary>
internal static class TrialSeed
{
    private enum Purpose { Order, Dropout, Sample }

    /// <summary>The seed itself, so that <c>random_split(windows, [training, validation], torch.Generator().manual_seed(seed))</c> gives the same split in Python.</summary>
    public static torch.Generator Split(long seed) => new((ulong)seed, torch.CPU);

    /// <summary>The order of the training windows in one epoch.</summary>
    public static torch.Generator Order(long seed, int epoch) => Generator(seed, epoch, Purpose.Order, torch.CPU);

    /// <param name="step">Steps since the first one of the training.</param>
    public static torch.Generator Dropout(long seed, long step, torch.Device device) => Generator(seed, step, Purpose.Dropout, device);

    public static torch.Generator Sample(long seed) => Generator(seed, 0, Purpose.Sample, torch.CPU);

    private static torch.Generator Generator(long seed, long place, Purpose purpose, torch.Device device) =>
        new(SplitMix64.Bits(seed, place, (int)purpose), device);
}
