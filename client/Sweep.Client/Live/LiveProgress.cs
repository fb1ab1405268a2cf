using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Live;

/// <summary>Progress on a terminal, redrawn in place: the sweep above, a row for each trial that runs below.</summary>
internal sealed class LiveProgress(Terminal terminal) : IProgressView
{
    private const int LinesAroundRows = 7;
    private const int MostBar = 30;
    private const int LeastBar = 5;
    private const int RoomBesideBar = 48;
    private const int RoomBesideParameters = 56;

    private readonly TimeLeft _timeLeft = new();
    private int _width = terminal.Width;

    public bool WantsFinished => false;

    public Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch) =>
        terminal.Console.Live(new Text("")).Overflow(VerticalOverflow.Crop).StartAsync(context => watch(snapshot =>
        {
            if (_width != terminal.Width)
            {
                // The terminal has wrapped what stands there; the lines to redraw are no longer where they were.
                _width = terminal.Width;
                terminal.Console.Clear();
            }

            context.UpdateTarget(Render(snapshot, Math.Max(1, terminal.Console.Profile.Height - LinesAroundRows)));
        }));

    /// <param name="rows">Trials to show at most.</param>
    public IRenderable Render(ProgressSnapshot snapshot, int rows)
    {
        var sweep = snapshot.Sweep;
        _timeLeft.Observe(snapshot.Since, sweep.EpochsDone);
        return new Rows(
            Head(snapshot),
            Bar(snapshot),
            snapshot.Running.Count == 0
                ? new Text(sweep.Queued > 0 ? snapshot.Waiting ?? "waiting for a free slot" : "")
                : Trials(snapshot.Running.Take(rows), snapshot.Varying),
            snapshot.Running.Count > rows ? new Text($"and {snapshot.Running.Count - rows} more") : Text.Empty,
            sweep is { BestValue: { } best, BestTrial: { } number }
                ? Markup.FromInterpolated($"best so far: [bold]{PlainText.Of(sweep.Spec.Objective.Metric)} {Quantities.Loss(best)}[/], trial {number}")
                : Text.Empty);
    }

    private Markup Head(ProgressSnapshot snapshot)
    {
        var sweep = snapshot.Sweep;
        return Line(
            (sweep.Name, "bold"),
            ($"{sweep.Succeeded} of {sweep.Trials} done, {sweep.Running} running, {sweep.Queued} waiting", null),
            (sweep.Failed > 0 ? $"{sweep.Failed} failed" : "", "red"),
            (sweep.Cancelled > 0 ? $"{sweep.Cancelled} cancelled" : "", null));
    }

    private Markup Bar(ProgressSnapshot snapshot)
    {
        var sweep = snapshot.Sweep;
        var share = sweep.EpochsTotal == 0 ? 0 : Math.Clamp(sweep.EpochsDone / (double)sweep.EpochsTotal, 0, 1);
        var width = Math.Clamp(_width - RoomBesideBar, LeastBar, MostBar);
        var full = (int)(share * width);
        return Line(
            (new string('━', full), "green"),
            (new string('━', width - full), "grey"),
            (Quantities.Percent(share), null),
            (_timeLeft.Until(sweep.EpochsTotal) is { } left ? $"{Quantities.Duration(left)} left" : "", null),
            (_timeLeft.EpochsPerSecond is { } speed ? $"{Quantities.Count(speed)} epochs/s" : "", null),
            ($"{Quantities.Duration(snapshot.Since)} gone", null));
    }

    /// <summary>Parts beside each other as far as they fit; the bar's two are not set apart.</summary>
    private Markup Line(params (string Text, string? Style)[] parts)
    {
        var line = new System.Text.StringBuilder();
        var used = 0;
        foreach (var (text, style) in parts.Where(part => part.Text.Length > 0))
        {
            var gap = used == 0 || text[0] == '━' ? "" : "  ";
            var shown = used == 0 ? Shorten(text, _width) : text;
            if (used + gap.Length + shown.Length > _width)
                break;
            used += gap.Length + shown.Length;
            line.Append(gap).Append(style is null ? Markup.Escape(shown) : $"[{style}]{Markup.Escape(shown)}[/]");
        }

        return new Markup(line.ToString());
    }

    private static string Shorten(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";

    private Table Trials(IEnumerable<TrialSummary> trials, IReadOnlyList<string> varying)
    {
        // Only the parameters give way on a narrow terminal.
        var room = Math.Max(8, _width - RoomBesideParameters);
        var table = new Table().Border(TableBorder.None);
        string[] titles = ["trial", Shorten(string.Join(' ', varying), room), "epoch", "train", "val", "accuracy", "windows/s"];
        foreach (var (index, title) in titles.Index())
        {
            table.AddColumn(new TableColumn(new Text(title, new Style(foreground: Color.Grey)))
            {
                Alignment = index == 1 ? Justify.Left : Justify.Right,
                Padding = new Padding(0, 0, title == titles[^1] ? 0 : 2, 0),
                NoWrap = true,
            });
        }

        foreach (var trial in trials)
        {
            var last = trial.Last;
            table.AddRow(
                Cell($"{trial.Number}"),
                Cell(Shorten(ParameterText.Join(trial.Parameters, varying), room)),
                Cell($"{trial.EpochsDone}/{trial.Parameters.Epochs}"),
                Cell(last is null ? "" : Quantities.Loss(last.TrainLoss)),
                Cell(last is null ? "" : Quantities.Loss(last.ValLoss)),
                Cell(last is null ? "" : Quantities.Percent(last.ValAccuracy)),
                Cell(last is null ? "" : Quantities.Count(last.SamplesPerSecond)));
        }

        return table;
    }

    private static Text Cell(string text) => new(text);
}
