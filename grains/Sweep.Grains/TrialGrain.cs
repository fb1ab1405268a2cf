using System.Text.Json;
using Orleans.Placement;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Carries one trial through its attempts: the table of moves decides, the row remembers. It lives with the worker that opens it, which says the most to it.</summary>
[PreferLocalPlacement]
public sealed partial class TrialGrain(ITrialStore store, SweepSpecs specs, SweepInstruments instruments, IGrainFactory grains, ILogger<TrialGrain> logger)
    : Grain, ITrialGrain
{
    private StoredTrial? _trial;

    private TrialId Id => TrialId.From(this.GetPrimaryKeyLong());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _trial = await store.LoadAsync(Id, cancellationToken);

    public async Task<AttemptAssignment?> Open(string worker)
    {
        if (_trial is { } waiting && waiting.State.Allows(TrialMove.Lease))
            await MoveAsync(TrialMove.Lease, "leased", attempt: waiting.Attempt + 1, worker: worker);
        // A second call of the same worker, whose first answer was lost, gets the same attempt.
        if (_trial is { State: TrialState.Running } running && running.Worker == worker)
            return Assignment(running);
        await EndedAsync(worker);
        return null;
    }

    public Task<Verdict> Report(int attempt, int epoch, double value) => Task.FromResult(IsRunning(attempt) ? Verdict.Continue : Verdict.Stop);

    public async Task<Verdict> Complete(int attempt, string resultJson)
    {
        if (!IsRunning(attempt))
            return Again(attempt, TrialState.Succeeded);
        await MoveAsync(TrialMove.Succeed, "succeeded", result: JsonSerializer.Deserialize<TrialResult>(resultJson));
        return await EndedAsync(_trial!.Worker);
    }

    public async Task<Verdict> Fail(int attempt, FailureReason reason, string message)
    {
        if (!IsRunning(attempt))
            return Verdict.Stop;
        await AfterFailureAsync(reason, message);
        return await EndedAsync(_trial!.Worker);
    }

    public async Task<Verdict> GiveBack(int attempt)
    {
        if (!IsRunning(attempt))
            return Verdict.Stop;
        await MoveAsync(TrialMove.Requeue, "given back");
        return await EndedAsync(_trial!.Worker);
    }

    public async Task<Verdict> Cancelled(int attempt)
    {
        if (!IsRunning(attempt))
            return Again(attempt, TrialState.Cancelled);
        await MoveAsync(TrialMove.Cancel, "cancelled");
        return await EndedAsync(_trial!.Worker);
    }

    public async Task Lose(string worker, FailureReason reason)
    {
        if (_trial is { State: TrialState.Running } running && running.Worker == worker)
            await AfterFailureAsync(reason, $"worker {worker}");
        await EndedAsync(worker);
    }

    private async Task AfterFailureAsync(FailureReason reason, string message)
    {
        var trial = _trial!;
        var (failures, losses) = RetryRule.Count(reason, trial.Failures, trial.Losses);
        var move = RetryRule.Decide(reason, failures, losses, (await specs.GetAsync(Id.Sweep)).Retries);
        instruments.AttemptFailed(reason);
        using var scope = logger.BeginScope(Id, trial.Attempt);
        LogAttemptFailed(Id, trial.Attempt, reason, message);
        var what = move == TrialMove.Fail ? "failed" : reason.IsLoss() ? "lost" : "requeued";
        await MoveAsync(move, what, failures: failures, losses: losses, reason: reason, detail: message);
    }

    /// <summary>Stores a move; when the row has moved on without this grain, the row is read again and nothing else happens.</summary>
    private async Task<TrialState?> MoveAsync(
        TrialMove move, string what, int? attempt = null, string? worker = null, int? failures = null, int? losses = null,
        FailureReason? reason = null, string? detail = null, TrialResult? result = null)
    {
        var trial = _trial!;
        var next = trial with
        {
            State = trial.State.After(move),
            Attempt = attempt ?? trial.Attempt,
            Worker = worker ?? trial.Worker,
            Failures = failures ?? trial.Failures,
            Losses = losses ?? trial.Losses,
        };
        var stored = await store.MoveAsync(new(
            trial.Id, trial.State, trial.Attempt, next.State, next.Attempt, next.Failures, next.Losses, next.Worker, what, reason, detail, result));
        if (stored is { } state)
        {
            _trial = next with { State = state, Alone = trial.Alone || reason == FailureReason.OutOfMemory };
            if (state.IsOver())
                instruments.TrialFinished(state);
        }
        else
        {
            using var scope = logger.BeginScope(Id, trial.Attempt);
            LogMovedOn(Id, trial.State, trial.Attempt);
            _trial = await store.LoadAsync(Id);
        }

        return stored;
    }

    /// <summary>Tells the scheduler, which frees the lease, and the sweep, which may be over; a trial that does not run needs no grain.</summary>
    private async Task<Verdict> EndedAsync(string? worker)
    {
        await grains.GetGrain<ISchedulerGrain>(0).Ended(
            Id.Value, worker ?? "", requeue: _trial?.State == TrialState.Queued, holder: _trial is { State: TrialState.Running } ? _trial.Worker : null);
        if (_trial is null || _trial.State.IsOver())
            await grains.GetGrain<ISweepProgress>(Id.Sweep).TrialEnded();
        DeactivateOnIdle();
        return Verdict.Continue;
    }

    private bool IsRunning(int attempt)
    {
        if (_trial is { State: TrialState.Running } trial && trial.Attempt == attempt)
            return true;
        instruments.WriteRefused();
        return false;
    }

    /// <summary>A report that was heard before, whose answer was lost, is right; anything else is too late.</summary>
    private Verdict Again(int attempt, TrialState state) => _trial?.State == state && _trial.Attempt == attempt ? Verdict.Continue : Verdict.Stop;

    private static AttemptAssignment Assignment(StoredTrial trial) => new(trial.Attempt, trial.Parameters.ToJson(), trial.HasCheckpoint, trial.Alone);
}
