using System.Text.Json;
using Sweep.Contracts;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Carries a sweep from its submission to its last trial.</summary>
[PlaceOn(SiloRole.Control)]
public sealed class SweepGrain(ISweepStore store, IDatasetStore datasets, IAttemptStore attempts, IGrainFactory grains) : Grain, ISweepGrain, ISweepProgress
{
    /// <summary>Trials that end close together are looked at once.</summary>
    private static readonly TimeSpan SettleDelay = TimeSpan.FromMilliseconds(50);

    private StoredSweep? _sweep;
    private IGrainTimer? _settling;

    private int Id => (int)this.GetPrimaryKeyLong();

    private ISchedulerGrain Scheduler => grains.GetGrain<ISchedulerGrain>(0);

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _sweep = await store.LoadAsync(Id, cancellationToken);

    public async Task<SubmitReply> Submit(SubmitRequest request)
    {
        if (_sweep is null)
        {
            SweepSpec spec;
            try
            {
                spec = SweepSpec.FromJson(request.SpecJson);
            }
            catch (JsonException error)
            {
                return new(null, 0, $"The sweep's spec cannot be read: {error.Message}");
            }

            // Clients check it too; this one need not be ours.
            if (!SweepName.IsValid(spec.Name))
                return new(null, 0, $"name: found {spec.Name}; expected {SweepName.Expectation}.");
            if (await datasets.ReadAsync(spec.Dataset.Sha256) is null)
                return new(null, 0, $"The dataset {spec.Dataset.Name} ({spec.Dataset.Sha256}) is not stored.");
            try
            {
                _sweep = await store.AddAsync(Id, spec, request.ExactName, [.. Samplers.For(spec).Trials()]);
            }
            catch (NameTakenException error)
            {
                return new(null, 0, error.Message);
            }
        }

        if (_sweep.State == SweepState.Running)
            await AdmitAsync();
        return new(_sweep.Spec.Name, _sweep.Trials, null);
    }

    public Task<CommandReply> Pause() => CommandAsync(SweepMove.Pause, async sweep =>
    {
        await Scheduler.Withdraw(Id, LeaseOrder.Pause);
        return $"{sweep.Spec.Name} is paused: what runs writes a checkpoint and stops.";
    });

    public Task<CommandReply> Resume() => CommandAsync(SweepMove.Resume, async sweep =>
    {
        return $"{sweep.Spec.Name} goes on, with {Trials(await AdmitAsync())} to go.";
    });

    public Task<CommandReply> Cancel(int? trial) => trial is { } number ? CancelTrialAsync(number) : CommandAsync(SweepMove.Cancel, async sweep =>
    {
        await store.CancelQueuedAsync(Id, null);
        await Scheduler.Withdraw(Id, LeaseOrder.Cancel);
        return $"{sweep.Spec.Name} is cancelled.";
    });

    public async Task<CommandReply> Retry(int? trial)
    {
        if (_sweep is null)
            return Unknown();
        var numbers = await store.RetryAsync(Id, trial);
        if (numbers.Count == 0)
            return new(false, trial is null ? $"{_sweep.Spec.Name} has no failed or cancelled trial." : $"Trial {trial} of {_sweep.Spec.Name} is neither failed nor cancelled.");
        return await CommandAsync(SweepMove.Retry, async sweep =>
        {
            if (sweep.State == SweepState.Running)
                await AdmitAsync();
            return $"{sweep.Spec.Name}: {Trials(numbers.Count)} wait again.";
        });
    }

    public async Task<CommandReply> Delete()
    {
        if (_sweep is null)
            return Unknown();
        if (_sweep.State is SweepState.Running or SweepState.Paused && !await store.IsOverAsync(Id))
            return new(false, $"{_sweep.Spec.Name} is {_sweep.State.ToString().ToLowerInvariant()}; cancel it first.");
        await Scheduler.Withdraw(Id, LeaseOrder.Drop);
        await store.DeleteAsync(Id);
        DeactivateOnIdle();
        return new(true, $"{_sweep.Spec.Name} is deleted.");
    }

    public Task TrialEnded()
    {
        _settling ??= this.RegisterGrainTimer(SettleAsync, new GrainTimerCreationOptions(SettleDelay, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        return Task.CompletedTask;
    }

    private async Task SettleAsync(CancellationToken cancellation)
    {
        try
        {
            if (_sweep is null)
                return;
            // Looked at first: when every trial is over, none can keep a checkpoint that is not freed below.
            var over = _sweep.State is SweepState.Running or SweepState.Paused && await store.IsOverAsync(Id, cancellation);
            await attempts.FreeCheckpointsAsync(Id, _sweep.Spec.Checkpoint.Keep, cancellation);
            if (over)
            {
                await MoveAsync(SweepMove.Complete);
                await Scheduler.Withdraw(Id, LeaseOrder.Drop);
            }
        }
        finally
        {
            // Last: it cancels what still runs on the timer's token.
            _settling?.Dispose();
            _settling = null;
        }
    }

    private async Task<CommandReply> CancelTrialAsync(int number)
    {
        if (_sweep is null)
            return Unknown();
        if (number < 1 || number > _sweep.Trials)
            return new(false, $"{_sweep.Spec.Name} has trials 1 to {_sweep.Trials}; found {number}.");
        await Scheduler.Cancel(new TrialId(Id, number).Value);
        await store.CancelQueuedAsync(Id, number);
        await TrialEnded();
        return new(true, $"Trial {number} of {_sweep.Spec.Name} is cancelled, unless it was over.");
    }

    /// <summary>Makes a move, or answers why the table of states forbids it; <paramref name="then"/> carries it out and finds the words.</summary>
    private async Task<CommandReply> CommandAsync(SweepMove move, Func<StoredSweep, Task<string>> then)
    {
        if (_sweep is null)
            return Unknown();
        try
        {
            await MoveAsync(move);
        }
        catch (IllegalMoveException)
        {
            return new(false, $"{_sweep.Spec.Name} is {_sweep.State.ToString().ToLowerInvariant()}: {Impossible(move)}");
        }

        var message = await then(_sweep);
        // A sweep without a trial left to run is over at once.
        await TrialEnded();
        return new(true, message);
    }

    private async Task MoveAsync(SweepMove move)
    {
        var sweep = _sweep!;
        var next = sweep.State.After(move);
        if (next != sweep.State && !await store.MoveAsync(Id, sweep.State, next))
        {
            _sweep = await store.LoadAsync(Id) ?? sweep;
            next = _sweep.State.After(move);
            if (!await store.MoveAsync(Id, _sweep.State, next))
                throw new InvalidOperationException($"Sweep {Id} changed twice while it was to {move}.");
        }

        _sweep = _sweep! with { State = next };
    }

    private Task<int> AdmitAsync()
    {
        var resources = _sweep!.Spec.Resources;
        return Scheduler.Admit(new(Id, resources.Slots, resources.MaxConcurrent, resources.Priority, [.. resources.Require ?? []]));
    }

    private CommandReply Unknown() => new(false, $"No sweep has the id {Id}.");

    private static string Impossible(SweepMove move) => move switch
    {
        SweepMove.Pause => "only a running sweep can be paused.",
        SweepMove.Resume => "only a paused sweep can be resumed.",
        SweepMove.Cancel => "only a running or paused sweep can be cancelled.",
        _ => $"it cannot {move.ToString().ToLowerInvariant()}.",
    };

    private static string Trials(int count) => count == 1 ? "1 trial" : $"{count} trials";
}
