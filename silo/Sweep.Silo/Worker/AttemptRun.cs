using System.Diagnostics;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>One attempt of one trial on one slot: opens it, prepares a trainer, trains, stores what comes, and reports the end.</summary>
/// <param name="granted">The number of the attempt that the scheduler granted; 0 from a scheduler of an older version.</param>
/// <param name="workerEnds">Is cancelled when the worker's time is up. What is not stored by then is trained again elsewhere.</param>
internal sealed partial class AttemptRun(
    TrialId trial,
    int granted,
    string worker,
    Slot slot,
    AttemptServices services,
    ILogger logger,
    CancellationToken workerEnds) : IDisposable
{
    private const string Outcome = "sweep.outcome";

    private readonly ITrialGrain _grain = services.Grains.GetGrain<ITrialGrain>(trial.Value);
    private readonly TaskCompletionSource<TrainerCommand.Stop> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Is cancelled when the results and the report of the attempt are not needed any more.</summary>
    private readonly CancellationTokenSource _abandoned = CancellationTokenSource.CreateLinkedTokenSource(workerEnds);
    private StopCause _cause;
    private Activity? _trace;
    private AttemptResults? _results;
    private AttemptJudge? _judge;
    private volatile bool _hasOutcome;

    public TrialId Trial => trial;

    public AttemptId Granted => new(trial, granted);

    /// <summary>The number of the slot that trains, from 1.</summary>
    public int SlotNumber => slot.Number;

    /// <summary>The device of each slot that the trial takes.</summary>
    public IReadOnlyList<string> Devices { private get; init; } = [slot.Device];

    public AttemptProgress Progress { get; } = new(services.Time);

    /// <summary>The number of the attempt, from 1; 0 before it is opened.</summary>
    public int Attempt { get; private set; }

    /// <summary>Asks the attempt to end. When it is called several times, the first cause counts.</summary>
    public void Stop(StopCause cause)
    {
        // The end of the attempt is being reported already, and the trial accepts or refuses that report.
        if (_hasOutcome)
            return;
        if (Interlocked.CompareExchange(ref _cause, cause, StopCause.None) == StopCause.None)
            _stop.SetResult(new(Checkpoint: cause is StopCause.Pause or StopCause.Judged or StopCause.Held));
        try
        {
            if (cause == StopCause.Stale)
                _ = _abandoned.CancelAsync();
            _ = _stopped.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended in the meantime, so there is nothing to stop.
        }
    }

    /// <summary>
    /// Runs the attempt to its end. When this returns, the trial has received how the attempt ended, with two exceptions: the attempt was
    /// abandoned, or the database refuses the report itself. In the second case the lease runs out.
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
            // The place is kept until the end is reported, because a self-test of the slot runs within it.
            using var place = await EnterDeviceAsync(assignment.Alone, beforeTraining.Token);
            var outcome = place is null ? new TrainerOutcome.Stopped() : await TrainAsync(assignment, beforeTraining.Token);
            _hasOutcome = true;
            await ReportAsync(outcome);
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            // No report is needed: the trial belongs to another attempt, or the worker's time is up and the lease runs out.
            _trace?.SetTag(Outcome, "abandoned");
        }
        catch (StorageRefusedException error)
        {
            // The attempt ends here all the same, so that a trial whose row cannot be written does not keep the slot busy.
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

    /// <summary>Waits for its turn on the device. The answer is null when the attempt was asked to stop before that.</summary>
    private async Task<IDisposable?> EnterDeviceAsync(bool alone, CancellationToken cancellation)
    {
        try
        {
            var place = await slot.Gate.EnterAsync(alone, cancellation);
            // An idle trainer keeps the memory of its last trial, which a trial that needs the device alone may need too.
            if (alone)
                await Task.WhenAll(slot.Neighbors.Select(neighbor => neighbor.DiscardAsync()));
            return place;
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Calls the trial until it answers. The trial must accept the same call twice.</summary>
    private Task<T> CallTrialAsync<T>(string what, Func<Task<T>> call) => Retry.UntilItSucceedsAsync(
        call, services.Time, _abandoned.Token, error => services.Alarm.Failed($"Trial {trial} cannot {what}", error));
}
