using System.Globalization;
using Sweep.Domain.Search;

namespace Sweep.Domain.Reports;

/// <summary>Mean and spread of some numbers.</summary>
/// <param name="Deviation">Sample standard deviation (n − 1), in the unit of the numbers; null when there is a single number.</param>
public sealed record Spread(double Mean, double? Deviation)
{
    /// <returns>Null when there are no numbers.</returns>
    public static Spread? Of(IReadOnlyList<double> numbers)
    {
        if (numbers.Count == 0)
            return null;
        var mean = numbers.Average();
        var squares = numbers.Sum(number => (number - mean) * (number - mean));
        return new(mean, numbers.Count == 1 ? null : Math.Sqrt(squares / (numbers.Count - 1)));
    }
}

/// <summary>The trials that share a value of one parameter.</summary>
/// <param name="Value">
/// The value as a sweep file writes it. A parameter with many numbers has quarters of its trials instead, as <c>lowest … highest</c>.
/// </param>
/// <param name="Count">Trials that succeeded. The means are over them.</param>
/// <param name="Failed">Trials that failed.</param>
/// <param name="Objective">The objective's metric at each trial's best epoch.</param>
/// <param name="TrainSeconds">Training time.</param>
/// <param name="ModelParameters">Trainable numbers.</param>
/// <param name="ModelBytes">Bytes of the parameters.</param>
public sealed record ValueEffect(
    string Value, int Count, int Failed, Spread? Objective, Spread? TrainSeconds, Spread? ModelParameters, Spread? ModelBytes);

/// <summary>What one varying parameter did, averaged over everything else that varied.</summary>
/// <param name="Values">Numbers in ascending order, other values in the order of the trials.</param>
/// <param name="Explained">
/// Share of the objective's variance between trials that the parameter's values explain, the correlation ratio
/// η² = Σ nᵥ (x̄ᵥ − x̄)² / Σ (xᵢ − x̄)², in [0, 1]. It is the main effect alone: an effect that two parameters have only together
/// is in the share of neither. In a full grid the shares of all parameters sum to at most 1; in a random search they overlap. Few trials
/// a value make it too high. It is null when it would mean nothing: fewer than two values succeeded, no value succeeded twice, or all
/// trials ended alike.
/// Source: Fisher, Statistical Methods for Research Workers, 1925, § 45 (the correlation ratio, after Pearson 1905).
/// </param>
public sealed record ParameterEffect(string Parameter, IReadOnlyList<ValueEffect> Values, double? Explained)
{
    private const int MostValues = 8;
    private const int Quarters = 4;

    /// <param name="trials">The succeeded and the failed ones.</param>
    /// <returns>Null when all of the trials have one value.</returns>
    internal static ParameterEffect? Of(string parameter, IReadOnlyList<TrialSummary> trials)
    {
        var groups = Group(parameter, trials);
        if (groups.Count < 2)
            return null;
        var values = groups.Select(group => Effect(group.Value, group.Trials)).ToList();
        var numbers = groups.Select(group => Succeeded(group.Trials).Select(trial => trial.BestValue!.Value).ToList());
        return new(parameter, values, CorrelationRatio([.. numbers]));
    }

    private static ValueEffect Effect(string value, IReadOnlyList<TrialSummary> trials)
    {
        var succeeded = Succeeded(trials).ToList();
        return new(
            value,
            succeeded.Count,
            trials.Count - succeeded.Count,
            Spread.Of([.. succeeded.Select(trial => trial.BestValue!.Value)]),
            Spread.Of([.. succeeded.Where(trial => trial.Result is not null).Select(trial => trial.Result!.TrainSeconds)]),
            Spread.Of([.. succeeded.Where(trial => trial.Result is not null).Select(trial => (double)trial.Result!.Parameters)]),
            Spread.Of([.. succeeded.Where(trial => trial.Result is not null).Select(trial => (double)trial.Result!.ModelBytes)]));
    }

    private static IEnumerable<TrialSummary> Succeeded(IEnumerable<TrialSummary> trials) => trials.Where(SweepReport.HasSucceeded);

    private static List<(string Value, IReadOnlyList<TrialSummary> Trials)> Group(string parameter, IReadOnlyList<TrialSummary> trials)
    {
        var groups = trials.GroupBy(trial => trial.Parameters.ValueOf(parameter)).OrderBy(group => Number(group.Key)).ToList();
        if (groups.Count <= MostValues || groups.Any(group => double.IsInfinity(Number(group.Key))))
            return [.. groups.Select(group => (group.Key.ToString()!, (IReadOnlyList<TrialSummary>)[.. group]))];

        // Values that are drawn from a range hardly ever repeat, so quarters of the trials are compared instead.
        var ordered = groups.SelectMany(group => group).ToList();
        return
        [
            .. ordered.Chunk((ordered.Count + Quarters - 1) / Quarters)
                .Select(quarter => (Bounds(quarter), (IReadOnlyList<TrialSummary>)quarter)),
        ];

        string Bounds(TrialSummary[] quarter)
        {
            var (lowest, highest) = (quarter[0].Parameters.ValueOf(parameter), quarter[^1].Parameters.ValueOf(parameter));
            return string.Create(CultureInfo.InvariantCulture, $"{Number(lowest):G3} … {Number(highest):G3}");
        }
    }

    /// <summary>The key by which values are ordered. Values that are no numbers come last, in the order of the trials.</summary>
    private static double Number(ParameterValue value) => value switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        _ => double.PositiveInfinity,
    };

    private static double? CorrelationRatio(IReadOnlyList<List<double>> groups)
    {
        var all = groups.SelectMany(group => group).ToList();
        var filled = groups.Where(group => group.Count > 0).ToList();
        if (filled.Count < 2 || all.Count == filled.Count)
            return null;
        var mean = all.Average();
        var total = all.Sum(number => (number - mean) * (number - mean));
        var between = filled.Sum(group => group.Count * (group.Average() - mean) * (group.Average() - mean));
        return total > 0 ? Math.Min(1, between / total) : null;
    }
}
