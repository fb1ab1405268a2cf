using System.Globalization;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Stopping;

/// <summary>Writes scores as the values of the metric that they were made of.</summary>
public sealed record MetricWords(Metric Metric, Goal Goal)
{
    /// <summary>Such as <c>val_loss 1.234</c>.</summary>
    public string Named(double score) => $"{Metric} {Value(score)}";

    public string Value(double score) =>
        double.IsFinite(score) ? (Goal == Goal.Minimize ? score : -score).ToString("G4", CultureInfo.InvariantCulture) : "that diverged";

    /// <summary>The word for a value that does not win.</summary>
    public string Worse => Goal == Goal.Minimize ? "above" : "below";

    /// <summary>The value that a user wrote as a score.</summary>
    public double Score(double value) => Goal == Goal.Minimize ? value : -value;

    internal static string Trials(int count) => count == 1 ? "1 trial" : string.Create(CultureInfo.InvariantCulture, $"{count} trials");
}
