using System.Globalization;
using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>
/// One row for each value of each parameter that varies: the means over the points that have this value, the objective's with its 95 %
/// interval.
/// </summary>
internal static class EffectTable
{
    public static OutputTable Of(SweepReport report) => new(
    [
        new("parameter", "parameter"),
        new("explained", "explains", RightAligned: true),
        new("probability", "p", RightAligned: true),
        new("value", "value"),
        OutputColumn.Number("count", "trials"),
        new("objective", $"mean {PlainText.Of(report.Spec.Objective.Metric)}\n± 95 %", RightAligned: true),
        new("train_seconds", "train time", RightAligned: true),
        new("parameters", "parameters", RightAligned: true, Dispensable: true),
        new("size", "size", RightAligned: true),
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
            value.ModelParameters is { } parameters ? Quantities.Count(parameters.Mean) : "",
            value.ModelBytes is { } bytes ? Quantities.Bytes(bytes.Mean) : "",
        ])),
    ]);

    /// <summary>The parameter, with those that changed only together with it.</summary>
    public static string Name(ParameterEffect effect) => string.Join(" + ", [effect.Parameter, .. effect.ChangesWith]);

    private static string WithMargin(Spread? spread) => spread switch
    {
        null => "",
        { Margin: { } margin } => string.Create(CultureInfo.InvariantCulture, $"{spread.Mean:0.000} ± {margin:0.000}"),
        _ => Quantities.Loss(spread.Mean),
    };
}
