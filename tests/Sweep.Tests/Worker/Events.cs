using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Worker;

/// <summary>Events of trainers.</summary>
internal static class Events
{
    public static readonly TrainerEvent Succeeded =
        new TrainerEvent.Succeeded(new(0.01, 0.1, 10_000, 1_000, 4_000, 2_000, 100, 20, 1 << 20, "to be"));

    public static readonly AttemptEnvironment Environment = new("2.10.0", "AMD EPYC", "AVX2", 1, "cpu");

    public static TrainerEvent Epoch(int epoch) =>
        new TrainerEvent.EpochFinished(new(epoch, 1.0 / epoch, 1.0 / epoch, 0.5, 0.01, 0.1, 100));
}
