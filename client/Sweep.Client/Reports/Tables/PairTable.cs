using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each pair of trials of two sweeps: the best epoch of each, and the other trial's value minus ours.</summary>
internal static class PairTable
{
    public static OutputTable Of(SweepComparison comparison) => new(
    [
        OutputColumn.Number("number", "trial"),
        OutputColumn.Number("other_number", "other"),
        .. comparison.Parameters.Select(ParameterCell.Column),
        .. comparison.Metrics.SelectMany(metric => Columns(
            metric.Name, Title(metric), comparison.AreOfModel ? MeasureFormat.Of(metric.Name) : Quantities.Metric)),
        .. Columns("train_seconds", "train\ntime", Quantities.Seconds),
    ],
    [
        .. comparison.Pairs.Select(pair => (IReadOnlyList<object?>)
        [
            pair.Here.Number,
            pair.There.Number,
            .. ParameterCell.Row(pair.Here.Parameters, comparison.Parameters.Select(definition => definition.Name)),
            .. comparison.Metrics.SelectMany(metric => Both(pair, trial => trial.Best?.Find(metric))),
            .. Both(pair, trial => trial.TrainSeconds),
        ]),
    ]);

    private static string Title(Metric metric) => metric == Metric.ValAccuracy ? "accu-\nracy" : metric.Name.Replace('_', '\n');

    private static IEnumerable<OutputColumn> Columns(string name, string title, Func<double, string> format) =>
    [
        OutputColumn.Number(name, title, format),
        OutputColumn.Number($"other_{name}", "other", format),
        OutputColumn.Number($"{name}_difference", "differ-\nence", value => value > 0 ? $"+{format(value)}" : format(value)),
    ];

    private static IEnumerable<object?> Both(TrialPair pair, Func<TrialSummary, double?> value)
    {
        var (here, there) = (value(pair.Here), value(pair.There));
        return [here, there, there - here];
    }
}
