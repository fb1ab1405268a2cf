using System.Diagnostics;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>Reads snapshots of a sweep. The parts that seldom change are read only when they have changed.</summary>
internal sealed class SnapshotReader(Cluster cluster, IProgressView view, string name)
{
    // The rows of more trials than this would take too long to read again for each trial that ends.
    private const int MostTrialsToList = 2_000;
    private const int MostFailures = 3;
    // A search leaves few trials unfinished, and of many that wait from the beginning the first ones say what is waited for.
    private const int MostUnfinished = 1_000;
    private const int LogLines = 50;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly PacedCount _count = new(
        cancellation => cluster.Reader.FindAsync(name, cancellation), cluster.Reader.StateAsync, TimeProvider.System);
    private int? _id;
    private (int Over, long Epochs) _read = (-1, -1);
    private int _listed = -1;
    private TrialCurve? _best;
    private int _pointsOver = -1;
    private (TrialSummary First, Spread Objective)? _bestPoint;
    private IReadOnlyList<TrialSummary> _failures = [];
    private IReadOnlyList<Rung> _rungs = [];
    private int _frontOver = -1;
    private IReadOnlyList<int>? _front;
    private SearchWait? _wait;
    private (int Held, int Proposed) _searched = (-1, -1);
    private IReadOnlyList<OpenTrial> _unfinished = [];

    /// <exception cref="RequestRefusedException">The sweep was deleted.</exception>
    public async Task<ProgressSnapshot> ReadAsync(CancellationToken cancellation)
    {
        var reader = cluster.Reader;
        // Running trials are read before the count, so that a trial that ends between the two is in at least one of them.
        IReadOnlyList<TrialSummary>? running = _id is { } id ? await reader.RunningAsync(id, cancellation) : null;
        var sweep = await _count.CountAsync(idle: running?.Count == 0, cancellation)
            ?? throw new RequestRefusedException($"The sweep {name} was deleted.");
        running ??= await reader.RunningAsync(sweep.Id, cancellation);
        _id = sweep.Id;
        var waiting = await WaitingReason.FindAsync(reader, sweep, isTrained: running.Count > 0, cancellation);
        var snapshot = new ProgressSnapshot(Stopwatch.GetElapsedTime(_started), sweep, running, null, waiting);
        return view.ShowsFinished ? await WithFinishedAsync(snapshot, cancellation) : await WithScreenAsync(snapshot, cancellation);
    }

    private async Task<ProgressSnapshot> WithFinishedAsync(ProgressSnapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.Over == _listed || snapshot.Sweep.Trials > MostTrialsToList)
            return snapshot;
        _listed = snapshot.Over;
        var trials = await cluster.Reader.TrialsAsync(snapshot.Sweep.Id, cancellation);
        return snapshot with { Finished = [.. trials.Where(trial => trial.State.IsOver())] };
    }

    private async Task<ProgressSnapshot> WithScreenAsync(ProgressSnapshot snapshot, CancellationToken cancellation)
    {
        var sweep = snapshot.Sweep;
        if (sweep.Spec.Method.Kind.Learns() || sweep.Spec.Stop is not null)
            snapshot = snapshot with { Search = await SearchAsync(snapshot, cancellation) };
        if (_read != (snapshot.Over, sweep.EpochsDone))
        {
            _best = sweep.BestTrial is { } best ? await CurveAsync(sweep.Id, best, cancellation) : null;
            _failures = sweep.Failed == 0 ? [] : await cluster.Reader.FailuresAsync(sweep.Id, MostFailures, cancellation);
            _rungs = sweep.Spec.Stop is null ? [] : await cluster.Reader.RungsAsync(sweep.Id, cancellation);
            _read = (snapshot.Over, sweep.EpochsDone);
        }

        // Points change only when a trial ends, and all rows of the sweep are read for them.
        if (_pointsOver != snapshot.Over && sweep.Spec.HasReplicates && sweep.Trials <= MostTrialsToList)
        {
            _bestPoint = await cluster.Reader.BestPointAsync(sweep.Id, cancellation) is { } point
                && await cluster.Reader.TrialAsync(sweep.Id, point.First, cancellation) is { } first ? (first, point.Objective) : null;
            _pointsOver = snapshot.Over;
        }

        if (_frontOver != snapshot.Over && sweep.Spec.Objectives is not null && sweep.Trials <= MostTrialsToList)
        {
            _front = await cluster.Objectives.FrontAsync(sweep.Id, cancellation);
            _frontOver = snapshot.Over;
        }

        var open = view.OpenTrial is { } number ? await HistoryAsync(sweep.Id, number, cancellation) : null;
        return snapshot with { Best = _best, BestPoint = _bestPoint, Failures = _failures, Open = open, Rungs = _rungs, Front = _front };
    }

    private async Task<SearchProgress> SearchAsync(ProgressSnapshot snapshot, CancellationToken cancellation)
    {
        var sweep = snapshot.Sweep;
        if ((_read, _searched) != ((snapshot.Over, sweep.EpochsDone), (sweep.Held, sweep.Proposed)))
        {
            _unfinished = await cluster.Search.UnfinishedAsync(sweep.Id, MostUnfinished, cancellation);
            _searched = (sweep.Held, sweep.Proposed);
        }

        return SearchProgress.Of(_wait ??= new(sweep.Spec), sweep.Proposed, _unfinished, snapshot.Running);
    }

    private async Task<TrialCurve?> CurveAsync(int sweep, int number, CancellationToken cancellation)
    {
        if (await cluster.Reader.TrialAsync(sweep, number, cancellation) is not { } trial)
            return null;
        return new(
            trial, await cluster.Reader.EpochsAsync(sweep, number, cancellation).Select(epoch => epoch.Metrics).ToListAsync(cancellation));
    }

    private async Task<TrialHistory?> HistoryAsync(int sweep, int number, CancellationToken cancellation)
    {
        if (await CurveAsync(sweep, number, cancellation) is not { } curve)
            return null;
        var events = await cluster.Reader.EventsAsync(sweep, number, cancellation);
        return new(curve, events, await cluster.Reader.LastLogAsync(sweep, number, LogLines, cancellation));
    }
}
