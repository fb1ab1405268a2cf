using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>
/// One row for each value of each parameter that varies: the means over the points that have this value, the objective's with its 95 %
/// interval.
/// </summary>
internal static class EffectTable
{
    public static OutputTable Of(SweepReport report)
    {
        var hasModel = report.Reported is null;
        return new(
        [
            new("parameter", "parameter"),
            new("explained", "explains", RightAligned: true),
            new("probability", "p", RightAligned: true),
            new("value", "value"),
            OutputColumn.Number("count", "trials"),
            new("objective", $"mean {PlainText.Of(report.Spec.Objective.Metric)}\n± 95 %", RightAligned: true),
            new("train_seconds", "train time", RightAligned: true),
            .. hasModel
                ? [new("parameters", "parameters", RightAligned: true, Dispensable: true), new("size", "size", RightAligned: true)]
                : Array.Empty<OutputColumn>(),
        ],
        [
            .. report.Effects.SelectMany(effect => effect.Values.Select((value, index) => (IReadOnlyList<object?>)
            [
                index == 0 ? Name(effect) : "",
                index == 0 && effect.Explained is { } share ? Quantities.Percent(share) : "",
                index == 0 && effect.Probability is { } probability ? ProbabilityText.Of(probability) : "",
                value.Value,
                value.Count,
                WithMargin(value.Objective),
                value.TrainSeconds is { } seconds ? Quantities.Seconds(seconds.Mean) : "",
                .. hasModel
                    ?
                    [
                        value.ModelParameters is { } parameters ? Quantities.Count(parameters.Mean) : "",
                        value.ModelBytes is { } bytes ? Quantities.Bytes(bytes.Mean) : "",
                    ]
                    : Array.Empty<object?>(),
            ])),
        ]);
    }

    /// <summary>The parameter, with those that changed only together with it.</summary>
    public static string Name(ParameterEffect effect) => string.Join(" + ", [effect.Parameter, .. effect.ChangesWith]);

    private static string WithMargin(Spread? spread) => spread is null ? "" : Quantities.Metric(spread.Mean, spread.Margin);
}
