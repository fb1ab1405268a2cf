using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Live;

/// <summary>Progress for logs and pipes: a line at the start, one for each trial that ends, and one at most every ten seconds.</summary>
internal sealed class PlainProgress(TextWriter writer) : IProgressView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TimeLeft _timeLeft = new();
    private readonly HashSet<int> _printed = [];
    private TimeSpan? _lastLine;

    public bool ShowsFinished => true;

    public Task ShowAsync(Func<Action<ProgressSnapshot>, Task> watch) => watch(snapshot =>
    {
        foreach (var line in Lines(snapshot))
            writer.WriteLine(line);
        writer.Flush();
    });

    /// <summary>The lines for the changes since the previous snapshot.</summary>
    public IEnumerable<string> Lines(ProgressSnapshot snapshot)
    {
        var sweep = snapshot.Sweep;
        _timeLeft.Observe(snapshot.Since, snapshot.EpochsTrained);
        if (_lastLine is null)
        {
            _lastLine = snapshot.Since;
            _printed.UnionWith(snapshot.Finished?.Select(trial => trial.Number) ?? []);
            yield return $"{sweep.Name}: {sweep.Trials} trials" + (snapshot.Over == 0 ? "" : $", {snapshot.Over} of them over already");
            yield break;
        }

        foreach (var trial in snapshot.Finished ?? [])
        {
            if (!_printed.Add(trial.Number))
                continue;
            _lastLine = snapshot.Since;
            yield return $"{_printed.Count}/{sweep.Trials}  {Describe(trial, snapshot.Varying, sweep.Spec)}";
        }

        if (snapshot.Since - _lastLine < Pause)
            yield break;
        _lastLine = snapshot.Since;
        var reason = snapshot.Waiting is { } waiting ? $" ({waiting})" : "";
        yield return
            $"{snapshot.Over}/{sweep.Trials}  {sweep.Running} running, {sweep.Queued} waiting{reason}, "
            + (sweep.Spec.HasEpochLimit
                ? $"epoch {EpochCount.Of(snapshot.EpochsTrained)} of {sweep.EpochsTotal}"
                : $"{EpochCount.Of(snapshot.EpochsTrained)} epochs")
            + (_timeLeft.EpochsPerSecond is { } speed ? $", {Quantities.Count(speed)} epochs/s" : "")
            + (_timeLeft.Until(snapshot.EpochsTotal) is { } left ? $", {Quantities.Duration(left)} left" : "")
            + (BudgetText.Left(sweep) is { Length: > 0 } budget ? $", of its budget {budget}" : "");
    }

    private static string Describe(TrialSummary trial, IReadOnlyList<string> varying, SweepSpec spec)
    {
        string[] parts =
        [
            $"#{trial.Number} {ParameterText.Join(spec.Parameters, trial.Parameters, varying)}".TrimEnd(),
            PlainText.Of(trial.State),
            trial is { BestValue: { } best, Best: { } epoch }
                ? $"{PlainText.Of(spec.Objective.Metric)} {Quantities.Metric(best)} at epoch {epoch.Epoch}"
                : "",
            ObjectiveText.Others(spec, trial),
            trial.TrainSeconds is { } seconds ? Quantities.Seconds(seconds) : "",
            trial.Reason ?? "",
        ];
        // A text parameter or a reason may hold a line break.
        return Printable.Escaped(string.Join("  ", parts.Where(part => part.Length > 0)));
    }
}
