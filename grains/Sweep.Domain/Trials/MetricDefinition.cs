namespace Sweep.Domain.Trials;

/// <summary>One number that an epoch measures.</summary>
/// <param name="Goal">Which way is better, where the sweep file does not say.</param>
/// <param name="Unit">nats a character, or <see cref="Share"/>; empty where it has none.</param>
/// <param name="Read">How it is read from an epoch.</param>
public sealed record MetricDefinition(Metric Metric, Goal Goal, string Unit, Func<EpochMetrics, double> Read)
{
    /// <summary>The unit of what lies in [0, 1].</summary>
    public const string Share = "share";

    public bool IsShare => Unit == Share;
}
