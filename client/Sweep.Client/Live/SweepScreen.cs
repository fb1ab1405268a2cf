using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>A sweep on one screen: its progress, the best trial with its curve, the failed trials, and the trials that run.</summary>
internal static class SweepScreen
{
    /// <summary>The least width of a terminal that has room for more columns.</summary>
    private const int Wide = 120;
    private const int RoomBesideBar = 48;
    private const int TrialBar = 20;
    private const int MostCurve = 60;
    private const int MostRungs = 6;
    private const int MostTitle = 16;

    private static readonly (string Title, Func<TrialSummary, string> Value)[] OfModel =
    [
        ("train", trial => trial.Last?.Model is { } last ? Quantities.Metric(last.TrainLoss) : ""),
        ("val", trial => trial.Last?.Model is { } last ? Quantities.Metric(last.ValLoss) : ""),
        ("accuracy", trial => trial.Last?.Model is { } last ? Quantities.Percent(last.ValAccuracy) : ""),
        ("windows/s", trial => trial.Last?.Model is { } last ? Quantities.Count(last.SamplesPerSecond) : ""),
    ];

    /// <param name="height">The greatest number of lines.</param>
    /// <param name="keys">The line that explains the keys, or the answer to an order; empty for none.</param>
    public static IRenderable Of(
        ProgressSnapshot snapshot, TimeLeft timeLeft, LiveChoice choice, (string Text, string? Style) keys, int width, int height)
    {
        List<IRenderable> lines = [Head(snapshot, width), Progress(snapshot, timeLeft, width)];
        if (BudgetText.Left(snapshot.Sweep) is { Length: > 0 } budget)
            lines.Add(Lines.Of(width, ("left of its budget:", null), (budget, null)));
        var notes = SearchText.Notes(snapshot.Sweep.NotReproducible, snapshot.Sweep.EndedBy);
        lines.AddRange(notes.Select(note => Lines.Of(width, (note, "yellow"))));
        if (Best(snapshot, width) is { } best)
            lines.Add(best);
        if (snapshot.BestPoint is { } point)
            lines.Add(BestPoint(snapshot, point.First, point.Objective, width));
        if (FrontLine.Of(snapshot, width) is { } front)
            lines.Add(front);
        if (snapshot.Rungs is { Count: > 0 } rungs)
            lines.Add(Rungs(rungs, width));
        lines.AddRange(SearchLines.Of(snapshot, width));
        lines.AddRange((snapshot.Failures ?? []).Select(trial => Lines.Of(
            width,
            ($"✗ trial {trial.Number}", "red"),
            (ParameterText.Join(snapshot.Sweep.Spec.Parameters, trial.Parameters, snapshot.Varying), null),
            (trial.Reason ?? "", null))));
        lines.Add(Text.Empty);
        var room = Math.Max(1, height - lines.Count - 3);
        lines.Add(snapshot.Running.Count > 0
            ? Trials(snapshot, choice, width, room)
            : new Text(snapshot.Sweep.Queued > 0 ? snapshot.Waiting ?? "waiting for a free slot" : ""));
        if (snapshot.Running.Count > room)
            lines.Add(new Text($"and {snapshot.Running.Count - room} more"));
        lines.Add(Lines.Of(width, keys));
        return new Rows(lines);
    }

    private static Markup Head(ProgressSnapshot snapshot, int width)
    {
        var sweep = snapshot.Sweep;
        return Lines.Of(
            width,
            (sweep.Name, "bold"),
            ($"{sweep.Succeeded} of {sweep.Trials} done, {sweep.Running} running, {sweep.Queued} waiting", null),
            (sweep.Held > 0 ? $"{sweep.Held} of them to be judged" : "", null),
            (sweep.Stopped > 0 ? $"{sweep.Stopped} stopped" : "", null),
            (sweep.Failed > 0 ? $"{sweep.Failed} failed" : "", "red"),
            (sweep.Cancelled > 0 ? $"{sweep.Cancelled} cancelled" : "", null));
    }

    private static Markup Progress(ProgressSnapshot snapshot, TimeLeft timeLeft, int width)
    {
        var share = snapshot.Share;
        return Lines.Of(
            width,
            [
                .. Lines.Bar(share, Math.Clamp(width - RoomBesideBar, 5, width / 2)),
                (Quantities.Percent(share), null),
                (timeLeft.Until(snapshot.EpochsTotal) is { } left ? $"{Quantities.Duration(left)} left" : "", null),
                (timeLeft.EpochsPerSecond is { } speed ? $"{Quantities.Count(speed)} epochs/s" : "", null),
                ($"{Quantities.Duration(snapshot.Since)} gone", null),
            ]);
    }

    private static Markup? Best(ProgressSnapshot snapshot, int width)
    {
        if (snapshot.Sweep is not { BestValue: { } value, BestTrial: { } number } sweep)
            return null;
        var metric = sweep.Spec.Objective.Metric;
        var parameters = snapshot.Best is { } best
            ? ParameterText.Join(sweep.Spec.Parameters, best.Trial.Parameters, snapshot.Varying)
            : "";
        var words = $"best so far: {PlainText.Of(metric)} {Quantities.Metric(value)}, trial {number}";
        var room = Math.Min(MostCurve, width - words.Length - parameters.Length - 6);
        var curve = snapshot.Best is { } drawn && room > 0 ? Sparkline.Of(drawn.Values(metric), room) : "";
        return Lines.Of(width, (words, "bold"), (parameters, null), (curve, "green"));
    }

    private static Markup BestPoint(ProgressSnapshot snapshot, TrialSummary first, Spread objective, int width) => Lines.Of(
        width,
        (
            $"best point: mean {Quantities.Metric(objective.Mean, objective.Margin ?? 0)} of {objective.Count} seeds",
            "bold"),
        (ParameterText.Join(snapshot.Sweep.Spec.Parameters, first.Parameters, snapshot.Sweep.Spec.Parameters.VaryingWithoutSeed), null));

    /// <summary>How many trials went on at each rung, and the value that the newest one was held against.</summary>
    private static Markup Rungs(IReadOnlyList<Rung> rungs, int width) => Lines.Of(
        width,
        [
            ("stopping", "bold"),
            .. rungs.Take(MostRungs).Select(rung => (
                $"epoch {rung.Epoch}: {rung.Judged - rung.Stopped} of {rung.Judged} went on"
                    + (rung.Bound is { } bound ? $" (bound {Quantities.Metric(bound)})" : ""),
                (string?)null)),
        ]);

    private static Table Trials(ProgressSnapshot snapshot, LiveChoice choice, int width, int room)
    {
        var trials = Visible(snapshot.Running, choice.Selected, room);
        var metric = snapshot.Sweep.Spec.Objective.Metric;
        (string Title, Func<TrialSummary, string> Value)[] columns =
        [
            ("epoch", trial => EpochCount.Of(trial.EpochsTrained) + (trial.Parameters.Epochs is > 0 and var most ? $"/{most}" : "")),
            .. width < Wide || !snapshot.Sweep.Spec.HasEpochLimit ? Array.Empty<(string, Func<TrialSummary, string>)>() : [("", Bar)],
            .. snapshot.Search is { NextRungs.Count: > 0 }
                ? [("rung", trial => SearchLines.Rung(snapshot, trial.Number))]
                : Array.Empty<(string, Func<TrialSummary, string>)>(),
            .. snapshot.Reported is { } reported ? reported.Take(width < Wide ? 2 : 4).Select(OfMetric) : OfModel,
            .. width < Wide ? Array.Empty<(string, Func<TrialSummary, string>)>() :
            [
                ($"best {Lines.Shorten(metric.Name, MostTitle)}", trial => trial.BestValue is { } best ? Quantities.Metric(best) : ""),
                ("attempt", trial => PlainText.Of(trial.Attempt)),
                ("worker", trial => trial.Worker ?? ""),
            ],
        ];
        var cells = trials.Select(trial => columns.Select(column => column.Value(trial)).ToArray()).ToList();
        var beside = columns.Index()
            .Sum(column => cells.Select(row => row[column.Index].Length).Append(column.Item.Title.Length).Max() + 2);
        // Only the column of the parameters becomes narrower on a narrow terminal.
        var parameters = Math.Max(6, width - beside - 9);
        var table = new Table().Border(TableBorder.None);
        AddColumn(table, "  trial", Justify.Right, last: false);
        AddColumn(table, Lines.Shorten(string.Join(' ', snapshot.Varying), parameters), Justify.Left, last: false);
        foreach (var (index, column) in columns.Index())
            AddColumn(table, column.Title, Justify.Right, last: index == columns.Length - 1);
        foreach (var (trial, row) in trials.Zip(cells))
        {
            var style = trial.Number == choice.Selected ? new Style(decoration: Decoration.Invert) : Style.Plain;
            string[] first =
            [
                (trial.Number == choice.Selected ? "› " : "  ") + PlainText.Of(trial.Number),
                Lines.Shorten(ParameterText.Join(snapshot.Sweep.Spec.Parameters, trial.Parameters, snapshot.Varying), parameters),
            ];
            table.AddRow([.. first.Concat(row).Select(cell => new Text(cell, style))]);
        }

        return table;
    }

    private static (string Title, Func<TrialSummary, string> Value) OfMetric(Metric metric) => (
        Lines.Shorten(metric.Name, MostTitle), trial => trial.Last?.Find(metric) is { } value ? Quantities.Metric(value) : "");

    private static string Bar(TrialSummary trial)
    {
        var full = (int)(trial.EpochsTrained * TrialBar / Math.Max(1, trial.Parameters.Epochs));
        return new string('━', Math.Min(full, TrialBar)).PadRight(TrialBar, '╌');
    }

    /// <summary>As many trials as there is room for, with the selected one among them.</summary>
    private static List<TrialSummary> Visible(IReadOnlyList<TrialSummary> trials, int? selected, int room)
    {
        var at = trials.Index().Where(item => item.Item.Number == selected).Select(item => item.Index).FirstOrDefault();
        return [.. trials.Skip(Math.Max(0, at - room + 1)).Take(room)];
    }

    private static void AddColumn(Table table, string title, Justify alignment, bool last) => table.AddColumn(
        new TableColumn(new Text(title, new Style(foreground: Color.Grey)))
        {
            Alignment = alignment,
            Padding = new Padding(0, 0, last ? 0 : 2, 0),
            NoWrap = true,
        });
}
