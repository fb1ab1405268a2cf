using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;
using Sweep.Domain.Trials;

namespace Sweep.Client.Live;

/// <summary>One trial on one screen: its curves, its events, and the end of its log.</summary>
internal static class TrialScreen
{
    private const int MostEvents = 6;
    private const int MostCurve = 120;
    private const int RoomBesideCurve = 40;
    private static readonly Metric[] Curves = [Metric.TrainLoss, Metric.ValLoss, Metric.ValAccuracy];

    /// <param name="height">The greatest number of lines.</param>
    /// <param name="keys">The line that explains the keys, or the answer to an order.</param>
    public static IRenderable Of(ProgressSnapshot snapshot, TrialHistory history, (string Text, string? Style) keys, int width, int height)
    {
        var (trial, metric) = (history.Curve.Trial, snapshot.Sweep.Spec.Objective.Metric);
        var share = trial.EpochsTrained / Math.Max(1, trial.Parameters.Epochs);
        var place = trial.Worker is { } worker ? $" on {worker}" : "";
        List<IRenderable> lines =
        [
            Lines.Of(
                width,
                ($"{snapshot.Sweep.Name}/{trial.Number}", "bold"),
                (ParameterText.Join(trial.Parameters, snapshot.Varying), null),
                (PlainText.Of(trial.State), null),
                (trial.Attempt > 0 ? $"attempt {trial.Attempt}{place}" : "", null),
                (trial.Reason ?? "", "red")),
            Lines.Of(
                width,
                [
                    .. Lines.Bar(share, Math.Clamp(width / 3, 5, 40)),
                    ($"epoch {EpochCount.Of(trial.EpochsTrained)} of {trial.Parameters.Epochs}", null),
                    (trial.Last?.Model is { } last ? $"{Quantities.Count(last.SamplesPerSecond)} windows/s" : "", null),
                    (trial is { BestValue: { } value, Best: { } best }
                        ? $"best {PlainText.Of(metric)} {Quantities.Loss(value)} at epoch {best.Epoch}"
                        : "", "bold"),
                ]),
            Text.Empty,
            .. Curves.Select(curve => Curve(history.Curve, curve, width)),
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

    private static Markup Curve(TrialCurve curve, Metric metric, int width)
    {
        var values = curve.Values(metric);
        return values.Count == 0
            ? Lines.Of(width, (PlainText.Of(metric), "grey"))
            : Lines.Of(
                width, (PlainText.Of(metric).PadRight("val_accuracy".Length), "grey"), (Quantities.Loss(values[0]), null),
                (Sparkline.Of(values, Math.Clamp(width - RoomBesideCurve, 5, MostCurve)), "green"), (Quantities.Loss(values[^1]), null));
    }
}
