using System.Text.Json;
using Orleans.Placement;
using Sweep.Domain.Programs;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>
/// Carries one trial through its attempts: the table of moves decides, and the row keeps the state. It is placed on the silo of the worker
/// that opens it, because that worker calls it most often.
/// </summary>
[PreferLocalPlacement]
public sealed partial class TrialGrain(
    ITrialStore store, SweepSpecs specs, SweepInstruments instruments, IGrainFactory grains, ILogger<TrialGrain> logger)
    : Grain, ITrialGrain
{
    private StoredTrial? _trial;

    private TrialId Id => TrialId.From(this.GetPrimaryKeyLong());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _trial = await store.LoadAsync(Id, cancellationToken);

    public async Task<AttemptAssignment?> Open(string worker, int attempt)
    {
        // The state in this grain may be older than the order that put the trial back in the queue, so the row is read again.
        if (!CanOpen(attempt) && !IsOpen(worker, attempt))
            _trial = await store.LoadAsync(Id);
        if (CanOpen(attempt))
            await MoveAsync(TrialMove.Lease, "leased", attempt: _trial!.Attempt + 1, worker: worker);
        // A worker that calls again because the first answer was lost gets the same attempt.
        if (IsOpen(worker, attempt))
            return await AssignmentAsync(_trial!);
        // A trial that was refused and still waits was granted to a dead worker, or belongs to a sweep that does not run, which the
        // scheduler reads at its next watch.
        await EndedAsync(worker, attempt);
        return null;
    }

    public Task<Verdict> Report(int attempt, int epoch, double value) =>
        Task.FromResult(IsRunning(attempt) ? Verdict.Continue : Verdict.Stop);

    public Task<Verdict> Complete(int attempt, string resultJson) =>
        EndAsync(attempt, () => MoveAsync(
            TrialMove.Succeed, "succeeded", epochs: _trial!.Parameters.Epochs,
            result: JsonSerializer.Deserialize<TrialResult>(resultJson)));

    public Task<Verdict> CompleteProgram(int attempt, int epochs, string resultJson) =>
        EndAsync(attempt, () => MoveAsync(
            TrialMove.Succeed, "succeeded", epochs: epochs, programResult: JsonSerializer.Deserialize<ProgramResult>(resultJson)));

    public Task<Verdict> Fail(int attempt, FailureReason reason, string message) =>
        EndAsync(attempt, () => AfterFailureAsync(reason, message));

    public Task<Verdict> GiveBack(int attempt) => EndAsync(attempt, () => MoveAsync(TrialMove.Requeue, "given back"));

    public Task<Verdict> Stopped(int attempt, int epoch, string reason) =>
        EndAsync(attempt, () => MoveAsync(TrialMove.Stop, "stopped", detail: reason, epochs: epoch));

    public Task<Verdict> Hold(int attempt, int epoch) =>
        EndAsync(attempt, () => MoveAsync(TrialMove.Requeue, "held", epochs: epoch, heldAt: epoch));

    public Task<Verdict> Cancelled(int attempt) => EndAsync(attempt, () => MoveAsync(TrialMove.Cancel, "cancelled"));

    public async Task Lose(string worker, FailureReason reason, int attempt)
    {
        if (_trial is { State: TrialState.Running } running && running.Worker == worker && (attempt == 0 || running.Attempt == attempt))
            await AfterFailureAsync(reason, $"worker {worker}");
        await EndedAsync(worker, attempt);
    }

    private bool CanOpen(int attempt) =>
        _trial is { State: TrialState.Queued, HeldAt: null } waiting && (attempt == 0 || waiting.Attempt == attempt - 1);

    private bool IsOpen(string worker, int attempt) =>
        _trial is { State: TrialState.Running } running && running.Worker == worker && (attempt == 0 || running.Attempt == attempt);

    /// <summary>
    /// Stores how the running attempt ended. When a worker repeats the report because the answer was lost, nothing is stored, and only the
    /// scheduler and the sweep are called again.
    /// </summary>
    private async Task<Verdict> EndAsync(int attempt, Func<Task> store)
    {
        var runs = IsRunning(attempt);
        var worker = _trial?.Worker;
        if (runs)
            await store();
        // After a standby took over, the row may hold an older attempt than this one. Then nothing follows from the report.
        if (runs || _trial?.Attempt == attempt)
            await EndedAsync(worker, attempt);
        return runs ? Verdict.Continue : Verdict.Stop;
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

    /// <summary>
    /// Stores a move and gives the new state. When the row has moved on without this grain, the answer is null and the row is read again.
    /// </summary>
    private async Task<TrialState?> MoveAsync(
        TrialMove move,
        string what,
        int? attempt = null,
        string? worker = null,
        int? failures = null,
        int? losses = null,
        FailureReason? reason = null,
        string? detail = null,
        TrialResult? result = null,
        int epochs = 0,
        int? heldAt = null,
        ProgramResult? programResult = null)
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
            trial.Id,
            trial.State,
            trial.Attempt,
            next.State,
            next.Attempt,
            next.Failures,
            next.Losses,
            next.Worker,
            what,
            reason,
            detail,
            result,
            epochs,
            heldAt,
            programResult));
        // A trial that is held may lack epochs, and then it waits for a slot. Only the row has which of the two is so.
        if (stored is not null && heldAt is not null)
            _trial = await store.LoadAsync(Id);
        else if (stored is { } state)
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

    /// <summary>
    /// Calls the scheduler, which frees the lease, and the sweep, which may be over. Then it deactivates the grain, because a trial that
    /// does not run needs none.
    /// </summary>
    private async Task EndedAsync(string? worker, int attempt)
    {
        await grains.GetGrain<ISchedulerGrain>(0).Ended(
            Id.Value,
            worker ?? "",
            requeue: _trial is { State: TrialState.Queued, HeldAt: null },
            holder: _trial is { State: TrialState.Running } ? _trial.Worker : null,
            attempt,
            newest: _trial?.Attempt ?? 0);
        if (_trial is null or { HeldAt: not null } || _trial.State.IsOver())
            await grains.GetGrain<ISweepProgress>(Id.Sweep).TrialEnded();
        DeactivateOnIdle();
    }

    private bool IsRunning(int attempt)
    {
        if (_trial is { State: TrialState.Running } trial && trial.Attempt == attempt)
            return true;
        instruments.WriteRefused();
        return false;
    }

    private async Task<AttemptAssignment> AssignmentAsync(StoredTrial trial)
    {
        var rules = trial.TrainsOn ? null : await specs.RulesAsync(Id.Sweep);
        return new(
            trial.Attempt, trial.Parameters.ToJson(), trial.HasCheckpoint, trial.Alone,
            rules is null ? [] : [.. rules.Rungs(Id.Number, trial.Parameters.Epochs)]);
    }
}
