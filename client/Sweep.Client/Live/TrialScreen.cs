using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Live;

/// <summary>One trial on one screen: its curves, its events, and the end of its log.</summary>
internal static class TrialScreen
{
    private const int MostEvents = 6;
    private const int MostCurve = 120;
    private const int RoomBesideCurve = 40;
    private const int MostCurves = 6;
    private const int MostTitle = 24;
    private static readonly Metric[] OfModel = [Metric.TrainLoss, Metric.ValLoss, Metric.ValAccuracy];

    /// <param name="height">The greatest number of lines.</param>
    /// <param name="keys">The line that explains the keys, or the answer to an order.</param>
    public static IRenderable Of(ProgressSnapshot snapshot, TrialHistory history, (string Text, string? Style) keys, int width, int height)
    {
        var (trial, metric) = (history.Curve.Trial, snapshot.Sweep.Spec.Objective.Metric);
        var share = trial.EpochsTrained / Math.Max(1, trial.Parameters.Epochs);
        var curves = ReportedMetrics.Of(snapshot.Sweep.Spec, [trial])?.Take(MostCurves).ToArray() ?? OfModel;
        var place = trial.Worker is { } worker ? $" on {worker}" : "";
        List<IRenderable> lines =
        [
            Lines.Of(
                width,
                ($"{snapshot.Sweep.Name}/{trial.Number}", "bold"),
                (ParameterText.Join(snapshot.Sweep.Spec.Parameters, trial.Parameters, snapshot.Varying), null),
                (PlainText.Of(trial.State), null),
                (trial.Attempt > 0 ? $"attempt {trial.Attempt}{place}" : "", null),
                (trial.Reason ?? "", "red")),
            Lines.Of(
                width,
                [
                    .. trial.Parameters.Epochs == 0 ? [] : Lines.Bar(share, Math.Clamp(width / 3, 5, 40)),
                    ($"epoch {EpochCount.Of(trial.EpochsTrained)}"
                        + (trial.Parameters.Epochs is > 0 and var most ? $" of {most}" : ""), null),
                    (trial.Last?.Model is { } last ? $"{Quantities.Count(last.SamplesPerSecond)} windows/s" : "", null),
                    (trial is { BestValue: { } value, Best: { } best }
                        ? $"best {PlainText.Of(metric)} {Quantities.Metric(value)} at epoch {best.Epoch}"
                        : "", "bold"),
                ]),
            Text.Empty,
            .. curves.Select(curve => Curve(history.Curve, curve, curves.Max(other => other.Name.Length), width)),
            Text.Empty,
            .. history.Events.TakeLast(MostEvents).Select(happened => Lines.Of(
                width,
                (happened.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture), "grey"),
                ($"attempt {happened.Attempt}", null),
                (happened.Event, null),
                (happened.Worker ?? "", null),
                (happened.Reason ?? "", null),
                (happened.Detail ?? "", null))),
            Text.Empty,
        ];
        lines.AddRange(history.Log.TakeLast(Math.Max(0, height - lines.Count - 2)).Select(line => Lines.Of(width, (line.Text, "grey"))));
        lines.Add(Lines.Of(width, keys));
        return new Rows(lines);
    }

    private static Markup Curve(TrialCurve curve, Metric metric, int longest, int width)
    {
        var title = Lines.Shorten(metric.Name, MostTitle).PadRight(Math.Min(longest, MostTitle));
        var values = curve.Values(metric);
        return values.Count == 0
            ? Lines.Of(width, (title, "grey"))
            : Lines.Of(
                width, (title, "grey"), (Quantities.Metric(values[0]), null),
                (Sparkline.Of(values, Math.Clamp(width - RoomBesideCurve, 5, MostCurve)), "green"), (Quantities.Metric(values[^1]), null));
    }
}
