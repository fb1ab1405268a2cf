using System.Globalization;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Stopping;

/// <summary>Writes scores as the values of the metric that they were made of.</summary>
/// <param name="OfPoints">Whether points are judged by the means of their replicates, and not trials.</param>
public sealed record MetricWords(Metric Metric, Goal Goal, bool OfPoints = false)
{
    /// <summary>Such as <c>val_loss 1.234</c>.</summary>
    public string Named(double score) => $"{(OfPoints ? "mean " : "")}{Metric} {Value(score)}";

    public string Value(double score) =>
        double.IsFinite(score) ? MetricText.InSentence(Goal == Goal.Minimize ? score : -score) : "that diverged";

    /// <summary>The word for a value that does not win.</summary>
    public string Worse => Goal == Goal.Minimize ? "above" : "below";

    /// <summary>The score of a value that a user wrote.</summary>
    public double Score(double value) => Goal == Goal.Minimize ? value : -value;

    /// <summary>The word for what is judged.</summary>
    public string Counted => OfPoints ? "point" : "trial";

    internal string Count(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {Counted}{(count == 1 ? "" : "s")}");
}
