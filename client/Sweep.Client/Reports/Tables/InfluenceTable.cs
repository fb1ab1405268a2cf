using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>
/// One row for each parameter that varies, one column for each number that trials end with: how much of the variance between the points the
/// parameter explains, where that is told apart from chance.
/// </summary>
internal static class InfluenceTable
{
    public static OutputTable Of(SweepReport report) => new(
        [
            new("parameter", "parameter"),
            .. report.Measures.Select(influence => new OutputColumn(
                influence.Measure.Name, MeasureFormat.Title(report, influence.Measure.Name), RightAligned: true)),
        ],
        [
            .. report.Effects.Select(effect => (IReadOnlyList<object?>)
            [
                EffectTable.Name(effect),
                .. report.Measures.Select(influence => Cell(influence.Effects.Single(other => other.Parameter == effect.Parameter))),
            ]),
        ]);

    private static string Cell(MeasureEffect effect) => effect switch
    {
        { Explained: null } => "",
        { Probability: >= ReportPoint.Level } => "chance",
        _ => Quantities.Percent(effect.Explained.Value),
    };
}
