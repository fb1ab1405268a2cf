using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>
/// One row for each value of each parameter that varies, one column for each number that trials end with: its mean over the points with the
/// value, and the mean's 95 % interval.
/// </summary>
internal static class MeasureTable
{
    public static OutputTable Of(SweepReport report) => new(
        [
            new("parameter", "parameter"),
            new("value", "value"),
            .. report.Measures.Select(influence => new OutputColumn(
                influence.Measure.Name, MeasureFormat.Title(report, influence.Measure.Name), RightAligned: true)),
        ],
        [
            .. report.Effects.SelectMany(effect => effect.Values.Select((value, index) => (IReadOnlyList<object?>)
            [
                index == 0 ? EffectTable.Name(effect) : "",
                value.Value,
                .. report.Measures.Select(influence => Cell(
                    report,
                    influence.Measure.Name,
                    influence.Effects.Single(other => other.Parameter == effect.Parameter).Spreads[index])),
            ])),
        ]);

    private static string Cell(SweepReport report, string measure, Spread? spread) => spread switch
    {
        null => "",
        { Margin: > 0 and var margin } => MeasureFormat.WithMargin(report, measure, spread.Mean, margin),
        _ => MeasureFormat.Of(report, measure)(spread.Mean),
    };
}
