using System.Diagnostics;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>One attempt of one trial on one slot: opens it, prepares a trainer, trains, stores what comes, and reports the end.</summary>
/// <param name="granted">The attempt that the scheduler granted; 0 where it is of an older version.</param>
/// <param name="workerEnds">Cancelled when the worker's time is up: what is not stored then is trained again elsewhere.</param>
internal sealed partial class AttemptRun(
    TrialId trial, int granted, string worker, Slot slot, AttemptServices services, ILogger logger, CancellationToken workerEnds) : IDisposable
{
    private const string Outcome = "sweep.outcome";

    private readonly ITrialGrain _grain = services.Grains.GetGrain<ITrialGrain>(trial.Value);
    private readonly TaskCompletionSource<TrainerCommand.Stop> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Cancelled when nobody waits for what the attempt would store or report.</summary>
    private readonly CancellationTokenSource _abandoned = CancellationTokenSource.CreateLinkedTokenSource(workerEnds);
    private StopCause _cause;
    private Activity? _trace;
    private AttemptResults? _results;
    private volatile bool _hasOutcome;

    public TrialId Trial => trial;

    public AttemptId Granted => new(trial, granted);

    /// <summary>0 before it is opened.</summary>
    public int Attempt { get; private set; }

    /// <summary>Asks the attempt to end; the first cause counts.</summary>
    public void Stop(StopCause cause)
    {
        // The report of its end is on its way: the trial accepts it, or refuses it.
        if (_hasOutcome)
            return;
        if (Interlocked.CompareExchange(ref _cause, cause, StopCause.None) == StopCause.None)
            _stop.SetResult(new(Checkpoint: cause == StopCause.Pause));
        try
        {
            if (cause == StopCause.Stale)
                _ = _abandoned.CancelAsync();
            _ = _stopped.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>
    /// Runs to the end of the attempt, whatever that is. The trial knows of it when this returns, unless the attempt was not wanted any more,
    /// or the database refuses the report itself: then its lease runs out.
    /// </summary>
    public async Task RunAsync()
    {
        using var trace = _trace = SweepActivities.Attempt(trial);
        try
        {
            if (await OpenAsync() is not { } assignment)
                return;
            Attempt = assignment.Attempt;
            using var scope = logger.BeginScope(trial, Attempt);
            using var beforeTraining = CancellationTokenSource.CreateLinkedTokenSource(_abandoned.Token, _stopped.Token);
            // Kept until the end is reported: a slot that has to show that it can train does so in the attempt's own place.
            using var place = await EnterDeviceAsync(assignment.Alone, beforeTraining.Token);
            var outcome = place is null ? new TrainerOutcome.Stopped() : await TrainAsync(assignment, beforeTraining.Token);
            _hasOutcome = true;
            await ReportAsync(outcome);
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            // Whoever took the trial away knows of it.
            _trace?.SetTag(Outcome, "abandoned");
        }
        catch (StorageRefusedException error)
        {
            // The slot is not held for a trial whose row cannot be written.
            _trace?.SetTag(Outcome, "not reported");
            services.Alarm.Failed($"Trial {trial} cannot be begun or ended", error);
        }
        finally
        {
            services.Metrics.Forget(trial, Attempt);
        }
    }

    public void Dispose()
    {
        _abandoned.Dispose();
        _stopped.Dispose();
    }

    private async Task<AttemptAssignment?> OpenAsync()
    {
        using var step = SweepActivities.Step("lease");
        return await CallTrialAsync("be begun", () => _grain.Open(worker, granted));
    }

    /// <summary>Waits for its turn on the device; null when it was asked to stop before.</summary>
    private async Task<IDisposable?> EnterDeviceAsync(bool alone, CancellationToken cancellation)
    {
        try
        {
            return await slot.Gate.EnterAsync(alone, cancellation);
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Calls the trial until it answers. Whatever is called so may be called twice.</summary>
    private Task<T> CallTrialAsync<T>(string what, Func<Task<T>> call) => Retry.UntilItSucceedsAsync(
        call, services.Time, _abandoned.Token, error => services.Alarm.Failed($"Trial {trial} cannot {what}", error));
}
