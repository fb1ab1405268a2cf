using System.Security.Cryptography;
using System.Text.Json;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>What an attempt needs besides its slot.</summary>
public sealed record AttemptServices(
    IGrainFactory Grains, IAttemptStore Store, SweepSpecs Specs, DatasetCache Datasets, MetricWriter Metrics, AttemptLog Log, SweepInstruments Instruments,
    TimeProvider Time);

/// <summary>One attempt of one trial on one slot: opens it, feeds the trainer, stores what the trainer says, and reports the end.</summary>
internal sealed class AttemptRun(TrialId trial, string worker, Slot slot, AttemptServices services)
{
    /// <summary>How long a trainer may take to write its checkpoint and stop, before it is ended.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(20);

    /// <summary>How long it may go on when nobody wants its result.</summary>
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(1);

    private readonly ITrialGrain _grain = services.Grains.GetGrain<ITrialGrain>(trial.Value);
    private readonly TaskCompletionSource<StopCause> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<bool> _stored = Task.FromResult(true);
    private bool _stopped;

    public TrialId Trial => trial;

    /// <summary>Asks the attempt to end; the first cause counts.</summary>
    public void Stop(StopCause cause) => _stop.TrySetResult(cause);

    /// <summary>Runs to the end of the attempt, whatever that is. The trial knows of it when this returns.</summary>
    public async Task RunAsync()
    {
        if (await Persist.Async(() => _grain.Open(worker), services.Time) is not { } assignment)
        {
            await services.Grains.GetGrain<ISchedulerGrain>(0).Ended(trial.Value, worker, requeue: false);
            return;
        }

        var attempt = assignment.Attempt;
        try
        {
            await TrainAsync(assignment);
        }
        catch (TrainerStartException error)
        {
            await slot.DiscardAsync();
            await FailAsync(attempt, FailureReason.TrainerDied, error.Message);
        }
        catch (InvalidDataException error)
        {
            await FailAsync(attempt, FailureReason.TrainerError, error.Message);
        }
        catch (Exception error)
        {
            // A defect of the worker must not look like one of the trial: say what it was, and begin again with a new trainer.
            await slot.DiscardAsync();
            await FailAsync(attempt, FailureReason.TrainerError, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private async Task TrainAsync(AttemptAssignment assignment)
    {
        var spec = await services.Specs.GetAsync(trial.Sweep);
        var trainer = await slot.TrainerAsync(CancellationToken.None);
        trainer.Log = services.Log.For(trial, assignment.Attempt);
        if (slot.Dataset != spec.Dataset.Sha256)
        {
            await trainer.SendAsync(new TrainerCommand.LoadDataset(spec.Dataset.Sha256), await services.Datasets.ReadAsync(spec.Dataset.Sha256, CancellationToken.None));
            slot.Dataset = spec.Dataset.Sha256;
        }

        if (assignment.HasCheckpoint && await services.Store.ReadCheckpointAsync(trial) is { } checkpoint)
            await trainer.SendAsync(new TrainerCommand.LoadCheckpoint(checkpoint.Sha256), checkpoint.Data);
        await trainer.SendAsync(new TrainerCommand.Train(
            trial.Value, assignment.Attempt, TrialParameters.FromJson(assignment.ParametersJson), spec.Dataset.Split, spec.Dataset.Validation, spec.Objective, spec.Checkpoint.Every));

        using var over = new CancellationTokenSource();
        var stopping = StopWhenAskedAsync(trainer, over.Token);
        try
        {
            await ListenAsync(trainer, assignment.Attempt, spec.Objective);
        }
        finally
        {
            await over.CancelAsync();
            // The answer to a stop that came too late would be taken for one of the next trial.
            if (await stopping && !_stopped)
                await slot.DiscardAsync();
        }
    }

    /// <summary>Takes the trainer's events until the one that ends the attempt.</summary>
    private async Task ListenAsync(ITrainer trainer, int attempt, Objective objective)
    {
        while (await trainer.ReceiveAsync() is { } received)
        {
            switch (received.Event)
            {
                case TrainerEvent.EpochFinished(var report):
                    await EpochAsync(attempt, report, objective);
                    break;
                case TrainerEvent.CheckpointWritten(var epoch, var step):
                    await CheckpointAsync(attempt, epoch, step, received.Payload);
                    break;
                case TrainerEvent.Succeeded(var result):
                    if (await IsStoredAsync())
                        await Persist.Async(() => _grain.Complete(attempt, JsonSerializer.Serialize(result)), services.Time);
                    else
                        await GiveBackAsync(attempt);
                    return;
                case TrainerEvent.Failed(var reason, var message):
                    await IsStoredAsync();
                    await FailAsync(attempt, reason, message);
                    return;
                case TrainerEvent.Stopped:
                    _stopped = true;
                    await IsStoredAsync();
                    await StoppedAsync(attempt);
                    return;
                default:
                    throw new InvalidOperationException($"A trainer that trains said {received.Event.GetType().Name}.");
            }
        }

        // It ended: by itself, or because it did not stop in time.
        await IsStoredAsync();
        await slot.DiscardAsync();
        if (_stop.Task.IsCompleted)
            await StoppedAsync(attempt);
        else
            await FailAsync(attempt, FailureReason.TrainerDied, trainer.Death ?? "the trainer ended");
    }

    private async Task EpochAsync(int attempt, EpochReport report, Objective objective)
    {
        var value = report.Value(objective.Metric);
        services.Instruments.EpochFinished(report.Seconds);
        _stored = await services.Metrics.AddAsync(new(trial, attempt, report, value, objective.Score(value)), CancellationToken.None);
        try
        {
            if (await _grain.Report(attempt, report.Epoch, value) == Verdict.Stop)
                Stop(StopCause.Stale);
        }
        catch (Exception error) when (Persist.IsPassing(error))
        {
            // The next epoch says it again, and the lease is what counts.
        }
    }

    /// <summary>A checkpoint is stored after the epochs before it, so that what is resumed leaves no gap.</summary>
    private async Task CheckpointAsync(int attempt, int epoch, int step, byte[] data)
    {
        var checkpoint = new StoredCheckpoint(attempt, epoch, step, Convert.ToHexStringLower(SHA256.HashData(data)), data);
        if (!await IsStoredAsync() || !await Persist.Async(() => services.Store.WriteCheckpointAsync(trial, checkpoint), services.Time))
        {
            services.Instruments.WriteRefused();
            Stop(StopCause.Stale);
        }
    }

    /// <summary>Waits until every epoch so far is stored; false when they were refused.</summary>
    private Task<bool> IsStoredAsync() => _stored;

    private Task StoppedAsync(int attempt) => _stop.Task.Result == StopCause.Cancel
        ? Persist.Async(() => _grain.Cancelled(attempt), services.Time)
        : GiveBackAsync(attempt);

    private Task GiveBackAsync(int attempt) => Persist.Async(() => _grain.GiveBack(attempt), services.Time);

    private Task FailAsync(int attempt, FailureReason reason, string message) => Persist.Async(() => _grain.Fail(attempt, reason, message), services.Time);

    /// <summary>Sends the stop that is asked for, and ends a trainer that does not obey in time.</summary>
    /// <returns>Whether a stop was sent.</returns>
    private async Task<bool> StopWhenAskedAsync(ITrainer trainer, CancellationToken over)
    {
        var sent = false;
        try
        {
            var cause = await _stop.Task.WaitAsync(over);
            sent = true;
            await trainer.SendAsync(new TrainerCommand.Stop(Checkpoint: cause == StopCause.Pause), default, over);
            await Task.Delay(cause == StopCause.Pause ? PauseLimit : CancelLimit, services.Time, over);
            trainer.Kill();
        }
        catch (OperationCanceledException)
        {
            // The attempt ended by itself, or in time.
        }

        return sent;
    }
}
