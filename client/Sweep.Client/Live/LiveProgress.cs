using Spectre.Console;
using Spectre.Console.Rendering;
using Sweep.Client.Output;

namespace Sweep.Client.Live;

/// <summary>Progress on a terminal, redrawn in place: the sweep, or the one trial that the user has opened.</summary>
/// <param name="execute">Carries out an order and gives the answer in one line; null where no keys can be read.</param>
internal sealed class LiveProgress(Terminal terminal, Func<LiveOrder, Task<string>>? execute = null) : IProgressView
{
    /// <summary>The pause between two checks for a key.</summary>
    private static readonly TimeSpan KeyPause = TimeSpan.FromMilliseconds(40);

    private const string SweepKeys = "p pause   c cancel   ↑↓ choose   enter open (or type a number)   q leave";
    private const string TrialKeys = "esc back   ↑↓ other trial   c cancel this trial   p pause the sweep   q leave";

    private readonly Lock _gate = new();
    private readonly TimeLeft _timeLeft = new();
    private int _width = terminal.Width;
    private LiveChoice _choice = new();
    private ProgressSnapshot? _snapshot;
    private string _answer = "";
    private bool _isExecuting;

    public bool ShowsFinished => false;

    public int? OpenTrial => _choice.Open;

    public Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch) =>
        terminal.Console.Live(new Text("")).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
        {
            using var over = new CancellationTokenSource();
            var readingKeys = execute is null ? Task.CompletedTask : ReadKeysAsync(() => Draw(context), over.Token);
            try
            {
                await watch(snapshot =>
                {
                    lock (_gate)
                    {
                        _snapshot = snapshot;
                        _timeLeft.Observe(snapshot.Since, snapshot.EpochsTrained);
                    }

                    Draw(context);
                });
            }
            finally
            {
                await over.CancelAsync();
                await readingKeys;
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
                // The terminal has wrapped the lines that it shows, so they can no longer be redrawn in their places.
                _width = terminal.Width;
                terminal.Console.Clear();
            }

            context.UpdateTarget(Render(_snapshot, terminal.Console.Profile.Height - 1));
        }
    }

    /// <param name="height">The greatest number of lines.</param>
    public IRenderable Render(ProgressSnapshot snapshot, int height)
    {
        (string, string?) keys = _choice switch
        {
            _ when execute is null => ("", null),
            { Cancelling: true, Open: { } number } => ($"Cancel trial {number}? c again cancels it, any other key does not.", "red"),
            { Cancelling: true } => ("Cancel the sweep? c again cancels all that waits and runs, any other key does not.", "red"),
            { Typed.Length: > 0 } => ($"trial {_choice.Typed}_   enter opens it", null),
            _ when _answer.Length > 0 => (_answer, null),
            _ => (_choice.Open is null ? SweepKeys : TrialKeys, "grey"),
        };
        if (_choice.Open is not { } open)
            return SweepScreen.Of(snapshot, _timeLeft, _choice, keys, _width, height);
        if (snapshot.Open is { } history && history.Curve.Trial.Number == open)
            return TrialScreen.Of(snapshot, history, keys, _width, height);
        var text = open > snapshot.Sweep.Trials ? $"{snapshot.Sweep.Name} has trials 1 to {snapshot.Sweep.Trials}." : "";
        return new Rows(new Text(text), Lines.Of(_width, keys));
    }

    /// <summary>Changes the view as a key asks.</summary>
    /// <returns>The order that the key gave; null for none.</returns>
    public LiveOrder? Press(ConsoleKeyInfo key)
    {
        lock (_gate)
        {
            _answer = "";
            var trials = (_snapshot?.Running ?? []).Concat(_snapshot?.Failures ?? []);
            (_choice, var order) = _choice.On(key, [.. trials.Select(trial => trial.Number)]);
            return order;
        }
    }

    private async Task ReadKeysAsync(Action draw, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            while (terminal.TryReadKey() is { } key)
            {
                if (Press(key) is { } order && !_isExecuting)
                    _ = ExecuteAsync(order, draw);
                draw();
            }

            await Task.Delay(KeyPause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ExecuteAsync(LiveOrder order, Action draw)
    {
        _isExecuting = true;
        _answer = await execute!(order);
        _isExecuting = false;
        draw();
    }
}
