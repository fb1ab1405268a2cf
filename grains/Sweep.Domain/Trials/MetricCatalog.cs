using System.Collections.Immutable;

namespace Sweep.Domain.Trials;

/// <summary>Every metric that an objective may name.</summary>
public sealed class MetricCatalog(ImmutableArray<MetricDefinition> definitions)
{
    public ImmutableArray<MetricDefinition> All => definitions;

    /// <summary>What a name must be, in words that finish the sentence "expected …".</summary>
    public string Expectation => $"one of {string.Join(", ", definitions.Select(definition => definition.Metric))}";

    public MetricDefinition? Find(Metric metric) => definitions.FirstOrDefault(definition => definition.Metric == metric);

    /// <exception cref="ArgumentOutOfRangeException">The catalog has no such metric.</exception>
    public MetricDefinition Of(Metric metric) =>
        Find(metric) ?? throw new ArgumentOutOfRangeException(nameof(metric), metric, "No epoch has this metric.");
}
