using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;

namespace Sweep.Client.Live;

/// <summary>Progress on a terminal, redrawn in place: the sweep, or the one trial that its reader has opened.</summary>
/// <param name="obey">Carries out what a key asks for, and answers in one line; null where no keys can be read.</param>
internal sealed class LiveProgress(Terminal terminal, Func<LiveOrder, Task<string>>? obey = null) : IProgressView
{
    /// <summary>How soon a key is heard.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(40);

    private const string SweepKeys = "p pause   c cancel   ↑↓ choose   enter open (or type a number)   q leave";
    private const string TrialKeys = "esc back   ↑↓ other trial   c cancel this trial   p pause the sweep   q leave";

    private readonly Lock _gate = new();
    private readonly TimeLeft _timeLeft = new();
    private int _width = terminal.Width;
    private LiveChoice _choice = new();
    private ProgressSnapshot? _snapshot;
    private string _answer = "";
    private bool _obeying;

    public bool WantsFinished => false;

    public int? OpenTrial => _choice.Open;

    public Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch) =>
        terminal.Console.Live(new Text("")).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
        {
            using var over = new CancellationTokenSource();
            var listening = obey is null ? Task.CompletedTask : ListenAsync(() => Draw(context), over.Token);
            try
            {
                await watch(snapshot =>
                {
                    lock (_gate)
                    {
                        _snapshot = snapshot;
                        _timeLeft.Observe(snapshot.Since, snapshot.Sweep.EpochsDone);
                    }

                    Draw(context);
                });
            }
            finally
            {
                await over.CancelAsync();
                await listening;
            }
        });

    private void Draw(LiveDisplayContext context)
    {
        lock (_gate)
        {
            if (_snapshot is null)
                return;
            if (_width != terminal.Width)
            {
                // The terminal has wrapped what stands there; the lines to redraw are no longer where they were.
                _width = terminal.Width;
                terminal.Console.Clear();
            }

            context.UpdateTarget(Render(_snapshot, terminal.Console.Profile.Height - 1));
        }
    }

    /// <param name="height">Lines at most.</param>
    public IRenderable Render(ProgressSnapshot snapshot, int height)
    {
        (string, string?) keys = _choice switch
        {
            _ when obey is null => ("", null),
            { Cancelling: true, Open: { } number } => ($"Cancel trial {number}? c again cancels it, any other key does not.", "red"),
            { Cancelling: true } => ("Cancel the sweep? c again cancels all that waits and runs, any other key does not.", "red"),
            { Typed.Length: > 0 } => ($"trial {_choice.Typed}_   enter opens it", null),
            _ when _answer.Length > 0 => (_answer, null),
            _ => (_choice.Open is null ? SweepKeys : TrialKeys, "grey"),
        };
        if (_choice.Open is not { } open)
            return SweepScreen.Of(snapshot, _timeLeft, _choice, keys, _width, height);
        return snapshot.Open is { } history && history.Curve.Trial.Number == open
            ? TrialScreen.Of(snapshot, history, keys, _width, height)
            : new Rows(new Text(open > snapshot.Sweep.Trials ? $"{snapshot.Sweep.Name} has trials 1 to {snapshot.Sweep.Trials}." : ""), Lines.Of(_width, keys));
    }

    /// <summary>Hears one key.</summary>
    /// <returns>The order that it gave.</returns>
    public LiveOrder? Hear(ConsoleKeyInfo key)
    {
        lock (_gate)
        {
            _answer = "";
            (_choice, var order) = _choice.On(key, [.. (_snapshot?.Running ?? []).Concat(_snapshot?.Failures ?? []).Select(trial => trial.Number)]);
            return order;
        }
    }

    private async Task ListenAsync(Action draw, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            while (terminal.TryReadKey() is { } key)
            {
                if (Hear(key) is { } order && !_obeying)
                    _ = ObeyAsync(order, draw);
                draw();
            }

            await Task.Delay(Look, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ObeyAsync(LiveOrder order, Action draw)
    {
        _obeying = true;
        _answer = await obey!(order);
        _obeying = false;
        draw();
    }
}
