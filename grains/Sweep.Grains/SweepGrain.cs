using System.Text.Json;
using Sweep.Contracts;
using Sweep.Domain.Models;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Carries a sweep from its submission to its last trial.</summary>
[PlaceOn(SiloRole.Control)]
public sealed partial class SweepGrain(
    ISweepStore store, ITrialStore trials, IDatasetStore datasets, IFolderStore folders, IWeightsStore weights,
    IAttemptStore attempts, IJudgementStore judgements, IObjectiveStore objectives, IProposalStore proposals, SweepInstruments instruments,
    IGrainFactory grains, TimeProvider time, ILogger<SweepGrain> logger)
    : Grain, ISweepGrain, ISweepProgress
{
    /// <summary>The wait after the end of a trial, so that trials that end close together cost only one look at the rows.</summary>
    private static readonly TimeSpan SettleDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The longest wait for the end of a budget's time. A timer that runs keeps this grain, which is put away after a quarter of an hour
    /// without calls.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private StoredSweep? _sweep;
    private SweepJudge? _judge;
    private bool _hasAdmitted;

    /// <summary>The refusals that were logged. Each look at the rows may find them again.</summary>
    private readonly HashSet<(TrialId Trial, string Consequence)> _refused = [];

    private readonly RefusalPause _freeingPause = new(time);
    private SweepProposer? _proposer;
    private BudgetCount? _budget;
    private bool _hasLooked;
    private IGrainTimer? _settling;
    private IGrainTimer? _deadline;

    private int Id => (int)this.GetPrimaryKeyLong();

    private ISchedulerGrain Scheduler => grains.GetGrain<ISchedulerGrain>(0);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _sweep = await store.LoadAsync(Id, cancellationToken);
        // The silo that had this grain before may have died when a trial had ended or got to a rung, and nothing had followed from it yet.
        if (_sweep is { State: SweepState.Running } sweep
            && (sweep.Spec.Method.Kind.Learns() || sweep.Spec.Budget is not null || Judge() is not null))
        {
            await TrialEnded();
        }
    }

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

            // Our client checks this too, but the caller may be another client.
            if (SpecRules.Problems(spec) is [var mistake, ..])
                return new(null, 0, mistake.ToString());
            var first = SearchMethods.First(spec);
            if (await LacksAsync(spec, first) is { } refusal)
                return new(null, 0, refusal);
            try
            {
                _sweep = await store.AddAsync(Id, spec, request.ExactName, first);
                instruments.Proposed(first.Select(_ => spec.Method.Kind.ProposedBy(hasLearned: false)));
            }
            catch (NameTakenException error)
            {
                return new(null, 0, error.Message);
            }
        }

        if (_sweep.State == SweepState.Running)
            await AdmitAsync();
        if (_sweep.Spec.Budget?.Time is not null)
            await TrialEnded();
        return new(_sweep.Spec.Name, _sweep.Trials, null);
    }

    /// <summary>Why the trials cannot be trained: what they need is not stored, or does not fit; null where they can.</summary>
    private async Task<string?> LacksAsync(SweepSpec spec, IReadOnlyList<ParameterMap> first)
    {
        if (spec.Program is { } program)
            return await folders.ExistsAsync(program.Sha256) ? null : $"The program's folder ({program.Sha256}) is not stored.";
        if (await datasets.CharactersAsync(spec.Dataset.Sha256) is not { } characters)
            return $"The dataset {spec.Dataset.Name} ({spec.Dataset.Sha256}) is not stored.";
        var toCheck = spec.Method.Kind.Learns() ? SearchMethods.ToCheck(spec) : first;
        if (TextFit.Problems(toCheck, spec.Dataset, characters).FirstOrDefault() is { } misfit)
            return misfit.ToString();
        return spec.StartFrom is { } start ? await CannotStartAsync(start, spec.Dataset, toCheck) : null;
    }

    private async Task<string?> CannotStartAsync(StartSpec start, DatasetSpec dataset, IReadOnlyList<ParameterMap> proposals)
    {
        try
        {
            return await weights.ReadAsync(start.Sha256) is { } file
                ? StartFit.Problems(proposals, dataset, start, TrialWeights.Of(file)).FirstOrDefault()?.ToString()
                : $"The weights of {start} ({start.Sha256}) are not stored.";
        }
        catch (InvalidDataException error)
        {
            return $"The weights of {start} cannot be used: {error.Message.TrimEnd('.')}.";
        }
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

    public async Task<CommandReply> ResumeTrial(int trial)
    {
        if (await store.ResumeTrialAsync(new(Id, trial)) is not var (sweep, state, resumed))
            return Unknown();
        _sweep = sweep;
        // What was counted of a trial that trains on is counted anew.
        _budget = null;
        if (state is not { } found)
            return new(false, $"{sweep.Spec.Name} has trials 1 to {sweep.Trials}; found {trial}.");
        // A user whose answer was lost repeats the order, and the trial waits or runs by then.
        if (!resumed && found.IsOver())
        {
            return new(
                false,
                $"Trial {trial} of {sweep.Spec.Name} has {found.ToString().ToLowerInvariant()}: "
                    + "only a trial that a stopping rule ended can be resumed by itself.");
        }

        if (sweep.State == SweepState.Running)
            await AdmitAsync();
        return new(true, $"Trial {trial} of {sweep.Spec.Name} goes on to its last epoch, and is not judged again.");
    }

    public Task<CommandReply> Cancel(int? trial) => trial is { } number
        ? CancelTrialAsync(number)
        : CommandAsync(SweepMove.Cancel, async sweep =>
        {
            await Scheduler.Withdraw(Id, LeaseOrder.Cancel);
            return $"{sweep.Spec.Name} is cancelled.";
        });

    public async Task<CommandReply> Retry(int? trial)
    {
        if (await store.RetryAsync(Id, trial) is not var (sweep, numbers))
            return Unknown();
        _sweep = sweep;
        // What was counted of a trial that is tried again is counted anew.
        _budget = null;
        // A user whose answer was lost repeats the order. The order then finds nothing to do, because the trials wait or run already, and
        // that must not look like a mistake.
        if (numbers.Count == 0 && (trial is null ? await store.IsOverAsync(Id) : !await WaitsOrRunsAsync(trial.Value)))
        {
            return new(false, trial is null
                ? $"{sweep.Spec.Name} has no failed or cancelled trial."
                : $"Trial {trial} of {sweep.Spec.Name} is neither failed nor cancelled.");
        }

        if (sweep.State == SweepState.Running)
            await AdmitAsync();
        await TrialEnded();
        return new(true, numbers.Count > 0
            ? $"{sweep.Spec.Name}: {Trials(numbers.Count)} wait again."
            : $"{sweep.Spec.Name}: nothing more to try again; what was to be waits or runs.");
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
        _settling ??= this.RegisterGrainTimer(
            SettleAsync, new GrainTimerCreationOptions(SettleDelay, Timeout.InfiniteTimeSpan) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public async Task<RungReply> Judge(int number, int epoch)
    {
        _sweep ??= await store.LoadAsync(Id);
        if (Judge() is not { } judge)
            return new(RungVerdict.GoOn, "no rule judges this sweep");
        var (judgement, reason) = await judge.JudgeAsync(number, epoch);
        // Trials that wait for this one may be judged now.
        await TrialEnded();
        return new(judgement is null ? RungVerdict.Wait : judgement.Stops ? RungVerdict.Stop : RungVerdict.GoOn, reason);
    }

    private SweepJudge? Judge() => _judge ??= SweepJudge.For(_sweep, judgements, instruments);

    private Action<TrialId, Exception> Refused(string consequence) => (trial, error) =>
    {
        instruments.StorageFailed(SweepInstruments.Refused);
        if (_refused.Add((trial, consequence)))
            LogRefused(trial, consequence, error.GetBaseException().Message);
    };

    private async Task SettleAsync(CancellationToken cancellation)
    {
        // What happens from here on needs another look, also a judgement that comes in between.
        var timer = _settling;
        _settling = null;
        try
        {
            // After a standby took over, the row may be older than this grain: the sweep runs in the row and is over here.
            if (_sweep is { State: SweepState.Completed or SweepState.Cancelled })
                _sweep = await store.LoadAsync(Id, cancellation);
            if (_sweep is null)
                return;
            if (Judge() is { } judge)
            {
                // What another activation has released may not be queued yet.
                if (!_hasAdmitted && _sweep.State == SweepState.Running)
                    await AdmitAsync();
                // Where a call fails from here on, what was released is found by the next look.
                _hasAdmitted = false;
                await Task.WhenAll((await judge.ReleaseAsync(Refused("which waits to be judged"))).Select(held => Scheduler.Ended(
                    held.Trial.Value, worker: "", requeue: true, holder: null, held.Attempt, newest: held.Attempt)));
                _hasAdmitted = true;
            }

            if (_sweep.State == SweepState.Running)
                await GoOnAsync(cancellation);
            if (_sweep is null)
                return;
            // This is read before the checkpoints are freed: when every trial is over by now, no checkpoint can come that stays behind.
            var over = _sweep.State is SweepState.Running or SweepState.Paused && await store.IsOverAsync(Id, cancellation);
            if (over || !_freeingPause.IsOn)
                await FreeCheckpointsAsync(cancellation);
            if (over && await MoveAsync(SweepMove.Complete) is { State: SweepState.Completed })
                await Scheduler.Withdraw(Id, LeaseOrder.Drop);
        }
        finally
        {
            // The timer is disposed last, because that cancels the token of all calls above.
            timer?.Dispose();
        }
    }

    /// <summary>Ends the sweep if its budget is met, and otherwise proposes the trials that follow from those that have ended.</summary>
    private async Task GoOnAsync(CancellationToken cancellation)
    {
        var isMet = _sweep!.Spec.Budget is { } budget && await IsMetAsync(budget, cancellation);
        if (!isMet && _sweep!.Spec.Method.Kind.Learns())
        {
            _proposer ??= new(_sweep, proposals, objectives, instruments, time);
            // What another activation has stored may not be queued yet, nor what this one has when one of the calls fails.
            var hasLooked = _hasLooked;
            _hasLooked = false;
            var isStored = await _proposer.ProposeAsync(
                _sweep.Trials, Judge(), Refused("which is proposed again, and no trial after it before it is stored"), cancellation);
            if (isStored || !hasLooked)
                await AdmitAsync();
            _hasLooked = true;
        }
    }

    private async Task FreeCheckpointsAsync(CancellationToken cancellation)
    {
        var keep = _sweep!.Spec.Checkpoint.Keep;
        var refused = await (_sweep.Spec.Objectives is null
            ? attempts.FreeCheckpointsAsync(Id, keep, cancellation)
            : objectives.FreeCheckpointsAsync(Id, keep, cancellation));
        _freeingPause.Set(refused.Count > 0);
        foreach (var (trial, refusal) in refused)
            Refused("whose checkpoint is not freed")(trial, refusal);
    }

    private async Task<bool> IsMetAsync(BudgetSpec budget, CancellationToken cancellation)
    {
        if (_sweep!.EndedBy is not null)
            return false;
        _budget ??= new(_sweep.Spec);
        var (age, trials) = await store.SpentAsync(Id, _budget.Last, cancellation);
        var byTrials = trials.Select(_budget.Add).FirstOrDefault(met => met is not null);
        if ((byTrials ?? _budget.Met(age)) is { } met)
        {
            // If this cannot be stored now, everything is counted again.
            _budget = null;
            _sweep = await store.EndAsync(Id, met, isReproducible: byTrials is not null, cancellation);
            await Scheduler.Withdraw(Id, LeaseOrder.Cancel);
            return true;
        }

        if (budget.Time is { } time)
        {
            _deadline?.Dispose();
            _deadline = this.RegisterGrainTimer(
                TrialEnded,
                new GrainTimerCreationOptions(Shorter(TimeSpan.FromSeconds(time) - age, LongestWait), Timeout.InfiniteTimeSpan)
                {
                    KeepAlive = true,
                });
        }

        return false;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task<CommandReply> CancelTrialAsync(int number)
    {
        if (_sweep is null)
            return Unknown();
        if (number < 1 || number > _sweep.Trials)
            return new(false, $"{_sweep.Spec.Name} has trials 1 to {_sweep.Trials}; found {number}.");
        var trial = new TrialId(Id, number);
        var state = await store.CancelTrialAsync(trial);
        await Scheduler.Cancel(trial.Value);
        await TrialEnded();
        return state switch
        {
            TrialState.Cancelled => new(true, $"Trial {number} of {_sweep.Spec.Name} is cancelled."),
            TrialState.Running => new(true, $"Trial {number} of {_sweep.Spec.Name} is cancelled: it stops after the step that it is in."),
            null => new(false, $"Trial {number} of {_sweep.Spec.Name} is not proposed yet."),
            _ => new(
                false,
                $"Trial {number} of {_sweep.Spec.Name} has {state.Value.ToString().ToLowerInvariant()}: "
                    + "only a trial that waits or runs can be cancelled."),
        };
    }

    private async Task<bool> WaitsOrRunsAsync(int number) =>
        (await trials.LoadAsync(new(Id, number)))?.State is TrialState.Queued or TrialState.Running;

    /// <summary>Makes a move, or answers why the table of states forbids it.</summary>
    /// <param name="then">Is called after the move. It calls the scheduler and gives the message for the user.</param>
    private async Task<CommandReply> CommandAsync(SweepMove move, Func<StoredSweep, Task<string>> then)
    {
        try
        {
            if (await MoveAsync(move) is not { } sweep)
                return Unknown();
            var message = await then(sweep);
            // A sweep that has no trial left to run is over at once.
            await TrialEnded();
            return new(true, message);
        }
        catch (IllegalMoveException)
        {
            _sweep = await store.LoadAsync(Id);
            return _sweep is null
                ? Unknown()
                : new(false, $"{_sweep.Spec.Name} is {_sweep.State.ToString().ToLowerInvariant()}: {Impossible(move)}");
        }
    }

    /// <summary>Makes a move if the row allows it. The row decides, because the state in this grain may be older.</summary>
    private async Task<StoredSweep?> MoveAsync(SweepMove move) => _sweep = await store.MoveAsync(Id, move);

    private Task<int> AdmitAsync()
    {
        var resources = _sweep!.Spec.Demands;
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
