using System.Text.Json.Serialization;

namespace Sweep.Domain.Trials;

/// <summary>What one epoch of one attempt gave: a row of <c>epochs</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "of")]
[JsonDerivedType(typeof(EpochMetrics), "model")]
[JsonDerivedType(typeof(ProgramMetrics), "program")]
public abstract record EpochReport
{
    /// <summary>From 1.</summary>
    public abstract int Epoch { get; init; }

    /// <summary>Wall time of the epoch.</summary>
    public abstract double Seconds { get; init; }

    /// <returns>Null when the epoch has no such metric.</returns>
    public abstract double? Find(Metric metric);

    /// <exception cref="ArgumentOutOfRangeException">The epoch has no such metric.</exception>
    public double Value(Metric metric) =>
        Find(metric) ?? throw new ArgumentOutOfRangeException(nameof(metric), metric, "The epoch has no such metric.");
}

public static class EpochReports
{
    // No member of the record, whose text and whose equality are made of its members.
    extension(EpochReport epoch)
    {
        /// <summary>The numbers of the built-in model; null where a program trained.</summary>
        public EpochMetrics? Model => epoch as EpochMetrics;
    }
}
