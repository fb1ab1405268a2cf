namespace Sweep.Domain.Trials;

/// <summary>What the built-in model measures.</summary>
public static class BuiltInMetrics
{
    private const string Nats = "nats a character";

    public static MetricCatalog Catalog { get; } = new(
    [
        new(Metric.ValLoss, Goal.Minimize, Nats, epoch => epoch.ValLoss),
        new(Metric.ValAccuracy, Goal.Maximize, MetricDefinition.Share, epoch => epoch.ValAccuracy),
        new(Metric.TrainLoss, Goal.Minimize, Nats, epoch => epoch.TrainLoss),
        new(Metric.Perplexity, Goal.Minimize, "", epoch => epoch.Perplexity),
    ]);
}
