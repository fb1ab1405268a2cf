using System.Globalization;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Stopping;

namespace Sweep.Client.Tables;

/// <summary>One row for each stopping rule that was replayed, the cheapest first.</summary>
internal static class ReplayTable
{
    public static OutputTable Of(ReplayReport report) => new(
        [
            new("rule", "rule"),
            new("settings", "settings"),
            OutputColumn.Number("epochs", "epochs", epochs => epochs.ToString("#,0", CultureInfo.InvariantCulture)),
            OutputColumn.Number("share", "of all", Quantities.Percent),
            OutputColumn.Number("found", "found", Quantities.Metric),
            OutputColumn.Number("regret", "regret", Quantities.Metric),
            OutputColumn.Number("regret_95", "regret\n95 %", Quantities.Metric),
            OutputColumn.Number("without_regret", "no regret in", Quantities.Percent),
        ],
        [
            .. report.Rules.OrderBy(rule => rule.Epochs).Select(rule => (IReadOnlyList<object?>)
            [
                rule.Rule.Name, Settings(rule.Rule), rule.Epochs, rule.Share, rule.Found, rule.Regret, rule.Regret95, rule.WithoutRegret,
            ]),
        ]);

    /// <summary>A rule as a sweep file has it.</summary>
    public static string Text(StopSpec rule) => $"{{ rule: {rule.Name}, {Settings(rule)} }}";

    private static string Settings(StopSpec rule) => rule switch
    {
        StopSpec.Asha(var first, var factor) => $"first: {first}, factor: {factor}",
        StopSpec.Hyperband(var first, var factor) => $"first: {first}, factor: {factor}",
        StopSpec.Median(var first, var every, var trials) => $"first: {first}, every: {every}, trials: {trials}",
        StopSpec.Threshold(var epoch, var value) => string.Create(CultureInfo.InvariantCulture, $"epoch: {epoch}, value: {value}"),
        StopSpec.Patience(var epochs, var gain) => string.Create(CultureInfo.InvariantCulture, $"epochs: {epochs}, gain: {gain}"),
        _ => throw new InvalidOperationException($"A stopping rule without words: {rule.GetType().Name}."),
    };
}
