using System.Diagnostics;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Every span of a silo except those of grain calls. Without a listener each of them is null and costs nothing.</summary>
public static class SweepActivities
{
    public const string SourceName = "Sweep";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the root span of a trace, for one attempt of a trial. Disposing of the span ends it.</summary>
    public static Activity? Attempt(TrialId trial) =>
        Source.StartActivity("trial")?.SetTag("sweep.id", trial.Sweep).SetTag("sweep.trial", trial.Number);

    /// <summary>Starts the span of one step of an attempt. Disposing of the span ends it.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>Adds the time in the queue as a span, and moves the start of the attempt back to the start of the wait.</summary>
    public static void Queued(Activity attempt, TimeSpan waited)
    {
        var (since, until) = (attempt.StartTimeUtc - waited, attempt.StartTimeUtc);
        attempt.SetStartTime(since);
        Source.StartActivity(ActivityKind.Internal, attempt.Context, startTime: since, name: "queued")?.SetEndTime(until).Dispose();
    }

    /// <summary>
    /// Starts the span of an epoch that has just finished. While the span is the current one, the histogram of epochs records it as an
    /// exemplar.
    /// </summary>
    public static Activity? Epoch(int epoch, DateTimeOffset began) => Source.HasListeners()
        ? Source.StartActivity(ActivityKind.Internal, startTime: began, name: "epoch")?.SetTag("sweep.epoch", epoch)
        : null;
}
