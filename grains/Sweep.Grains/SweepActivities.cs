using System.Diagnostics;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Every span of a silo besides those of grain calls. Where nobody listens each is null, and costs nothing.</summary>
public static class SweepActivities
{
    public const string SourceName = "Sweep";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The root of a trace: one attempt of a trial, until it is disposed of.</summary>
    public static Activity? Attempt(TrialId trial) => Source.StartActivity("trial")?.SetTag("sweep.id", trial.Sweep).SetTag("sweep.trial", trial.Number);

    /// <summary>What an attempt is at until it is disposed of.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>Puts the time in the queue before an attempt, which begins that much earlier then.</summary>
    public static void Queued(Activity attempt, TimeSpan waited)
    {
        var (since, until) = (attempt.StartTimeUtc - waited, attempt.StartTimeUtc);
        attempt.SetStartTime(since);
        Source.StartActivity(ActivityKind.Internal, attempt.Context, startTime: since, name: "queued")?.SetEndTime(until).Dispose();
    }

    /// <summary>An epoch that is over. While it is the current one, the histogram of epochs takes it for an exemplar.</summary>
    public static Activity? Epoch(EpochMetrics report, DateTimeOffset now) => Source.HasListeners()
        ? Source.StartActivity(ActivityKind.Internal, startTime: now - TimeSpan.FromSeconds(report.Seconds), name: "epoch")?.SetTag("sweep.epoch", report.Epoch)
        : null;
}
