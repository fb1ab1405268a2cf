using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Worker;

/// <summary>What an attempt needs besides its slot.</summary>
public sealed record AttemptServices(
    IGrainFactory Grains, IAttemptStore Store, SweepSpecs Specs, DatasetCache Datasets, MetricWriter Metrics, AttemptLog Log, StorageAlarm Alarm, SweepInstruments Instruments,
    TimeProvider Time);

/// <summary>One attempt of one trial on one slot: opens it, feeds the trainer, stores what the trainer says, and reports the end.</summary>
/// <param name="granted">The attempt that the scheduler granted; 0 where it is of an older version.</param>
/// <param name="workerEnds">Cancelled when the worker's time is up: what is not stored then is trained again elsewhere.</param>
internal sealed partial class AttemptRun(
    TrialId trial, int granted, string worker, Slot slot, AttemptServices services, ILogger logger, CancellationToken workerEnds) : IDisposable
{
    /// <summary>How long a trainer may take to write its checkpoint and stop, before it is ended.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(20);

    /// <summary>How long it may go on when nobody wants its result.</summary>
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(1);

    private const string Outcome = "sweep.outcome";

    private readonly ITrialGrain _grain = services.Grains.GetGrain<ITrialGrain>(trial.Value);
    private readonly TaskCompletionSource<StopCause> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abandoned = CancellationTokenSource.CreateLinkedTokenSource(workerEnds);
    private CheckpointWriter? _checkpoints;
    private Activity? _trace;
    private volatile TrainerEvent? _lastWord;
    private volatile StorageRefusedException? _refusal;

    /// <summary>The last epoch of the checkpoint that it goes on from, then the last one that the trainer reported.</summary>
    private int _trained;

    public TrialId Trial => trial;

    public AttemptId Granted => new(trial, granted);

    /// <summary>0 before it is opened.</summary>
    public int Attempt { get; private set; }

    /// <summary>Asks the attempt to end; the first cause counts.</summary>
    public void Stop(StopCause cause)
    {
        // The report of its end is on its way: that is heard, or refused.
        if (_lastWord is not null)
            return;
        _stop.TrySetResult(cause);
        if (cause != StopCause.Stale)
            return;
        try
        {
            // Nobody waits for what it would store.
            _abandoned.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile, and that is why nobody waits.
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
            _checkpoints = new(
                StoredAsync,
                StoreAsync,
                stale: () =>
                {
                    services.Instruments.WriteRefused();
                    Stop(StopCause.Behind);
                },
                Refused);
            await TrainAsync(assignment);
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            // Whoever took the trial away knows of it; the trainer may still be at it.
            _trace?.SetTag(Outcome, "abandoned");
            if (_lastWord is null)
                await slot.DiscardAsync();
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

    public void Dispose() => _abandoned.Dispose();

    private async Task<AttemptAssignment?> OpenAsync()
    {
        using var step = SweepActivities.Step("lease");
        return await SayAsync("be begun", () => _grain.Open(worker, granted));
    }

    /// <summary>Tells the trace what attempt it is of, and how long that waited.</summary>
    private async Task TraceAsync(AttemptAssignment assignment)
    {
        if (_trace is not { IsAllDataRequested: true } trace)
            return;
        var spec = await SpecAsync();
        trace.SetTag("sweep.name", spec.Name).SetTag("sweep.attempt", Attempt).SetTag("sweep.cell", TrialParameters.FromJson(assignment.ParametersJson).Cell.ToString().ToLowerInvariant());
        if (await ReadAsync(() => services.Store.WaitedAsync(trial, Attempt)) is { } waited)
            SweepActivities.Queued(trace, waited);
    }

    private async Task TrainAsync(AttemptAssignment assignment)
    {
        if (await EnterDeviceAsync(assignment.Alone) is not { } place)
        {
            await StoppedAsync();
            return;
        }

        // Kept until the end is reported: a slot that has to show that it can train does so in the attempt's own place.
        using (place)
            await TrainInPlaceAsync(assignment);
    }

    private async Task TrainInPlaceAsync(AttemptAssignment assignment)
    {
        try
        {
            await TraceAsync(assignment);
            await TrainOnDeviceAsync(assignment);
        }
        catch (TrainerStartException error)
        {
            await slot.DiscardAsync();
            await FailAsync(FailureReason.TrainerDied, error.Message);
        }
        catch (TrainerStalledException error)
        {
            await slot.DiscardAsync();
            if (_stop.Task.IsCompleted)
                await StoppedAsync();
            else
                await FailAsync(FailureReason.Stalled, error.Message);
        }
        catch (StorageRefusedException error)
        {
            if (_lastWord is null)
                await slot.DiscardAsync();
            await FailAsync(FailureReason.StorageRefused, error.Message);
        }
        catch (InvalidDataException error)
        {
            await FailAsync(FailureReason.TrainerError, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // A defect of the worker must not look like one of the trial: say what it was, and begin again with a new trainer.
            await slot.DiscardAsync();
            await FailAsync(FailureReason.TrainerError, $"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Waits for its turn on the device; null when it was asked to stop before.</summary>
    private async Task<IDisposable?> EnterDeviceAsync(bool alone)
    {
        using var stopped = new CancellationTokenSource();
        var entering = slot.Gate.EnterAsync(alone, stopped.Token);
        if (await Task.WhenAny(entering, _stop.Task) == entering)
            return await entering;
        await stopped.CancelAsync();
        try
        {
            return await entering;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task TrainOnDeviceAsync(AttemptAssignment assignment)
    {
        var spec = await SpecAsync();
        var watch = new StallWatch(TimeSpan.FromSeconds(spec.StallLimit), services.Time);
        if (await PreparedAsync(assignment, spec, watch) is not { } trainer)
        {
            await slot.DiscardAsync();
            await StoppedAsync();
            return;
        }

        var parameters = TrialParameters.FromJson(assignment.ParametersJson);
        await watch.WithinAsync(trainer.SendAsync(new TrainerCommand.Train(
            trial.Value, Attempt, parameters, spec.Dataset.Split, spec.Dataset.Validation, spec.Objective, spec.Checkpoint.Every)));
        using var over = new CancellationTokenSource();
        var stopping = StopWhenAskedAsync(trainer, over.Token);
        try
        {
            await ListenAsync(trainer, watch, spec.Objective, parameters.Epochs);
        }
        finally
        {
            await over.CancelAsync();
            // The answer to a stop that came too late would be taken for one of the next trial.
            if (await stopping && _lastWord is not TrainerEvent.Stopped)
                await slot.DiscardAsync();
        }
    }

    /// <summary>Takes the trainer's events until the one that ends the attempt.</summary>
    private async Task ListenAsync(ITrainer trainer, StallWatch watch, Objective objective, int epochs)
    {
        while (await watch.WithinAsync(trainer.ReceiveAsync()) is { } received)
        {
            switch (received.Event)
            {
                case TrainerEvent.Progress:
                    break;
                case TrainerEvent.EpochFinished(var report) when report.Epoch >= 1 && report.Epoch <= epochs:
                    await EpochAsync(report, objective);
                    break;
                case TrainerEvent.CheckpointWritten(var epoch, var step) when epoch >= 0 && epoch <= epochs && step >= 0:
                    _checkpoints!.Add(new(Attempt, epoch, step, Convert.ToHexStringLower(SHA256.HashData(received.Payload)), received.Payload));
                    break;
                case TrainerEvent.Succeeded(var result) when _trained == epochs:
                    _lastWord = received.Event;
                    slot.Health.Passed();
                    if (await IsStoredAsync())
                        await DoneAsync("succeeded", () => _grain.Complete(Attempt, JsonSerializer.Serialize(result)));
                    else
                        await GiveBackAsync();
                    return;
                case TrainerEvent.Failed(var reason, var message):
                    _lastWord = received.Event;
                    await SettledAsync();
                    await FailAsync(reason.IsTrainers() ? reason : FailureReason.TrainerError, message);
                    return;
                case TrainerEvent.Stopped when _stop.Task.IsCompleted:
                    _lastWord = received.Event;
                    await StoppedAsync();
                    return;
                default:
                    throw new InvalidOperationException($"After epoch {_trained} of {epochs} the trainer said {received.Event}, which makes no sense then.");
            }
        }

        // It ended: by itself, or because it did not stop in time.
        await slot.DiscardAsync();
        if (_stop.Task.IsCompleted)
        {
            await StoppedAsync();
            return;
        }

        await SettledAsync();
        await FailAsync(FailureReason.TrainerDied, trainer.Death ?? "the trainer ended");
    }

    private async Task EpochAsync(EpochMetrics report, Objective objective)
    {
        _trained = report.Epoch;
        var value = report.Value(objective.Metric);
        using (SweepActivities.Epoch(report, services.Time.GetUtcNow()))
            services.Instruments.EpochFinished(report.Seconds);
        services.Metrics.Add(new(trial, Attempt, report, value, objective.Score(value)), Refused);
        if (services.Metrics.AreBehind(trial, Attempt))
            Stop(StopCause.Behind);
        try
        {
            if (await _grain.Report(Attempt, report.Epoch, value) == Verdict.Stop)
                Stop(StopCause.Stale);
        }
        catch (Exception error) when (Persist.IsPassing(error) || DatabaseFault.Find(error) is not null)
        {
            // The next epoch says it again, and the lease is what counts.
        }
    }

    private async Task<bool> StoreAsync(StoredCheckpoint checkpoint)
    {
        using var step = SweepActivities.Step("checkpoint");
        return await Persist.Async(
            () => services.Store.WriteCheckpointAsync(trial, checkpoint), services.Time, _abandoned.Token, error => services.Alarm.Failed($"A checkpoint of trial {trial} cannot be stored", error));
    }

    /// <summary>The database refuses an epoch or a checkpoint: what the attempt measures from now on could not be stored either.</summary>
    private void Refused(StorageRefusedException refusal)
    {
        _refusal ??= refusal;
        Stop(StopCause.Refused);
    }

    private Task<SweepSpec> SpecAsync() => ReadAsync(() => services.Specs.GetAsync(trial.Sweep));

    private Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken? asked = null) => Persist.Async(
        read, services.Time, asked ?? _abandoned.Token, error => services.Alarm.Failed($"What trial {trial} needs cannot be read", error));

    private Task<T> SayAsync<T>(string what, Func<Task<T>> say) =>
        Persist.Async(say, services.Time, _abandoned.Token, error => services.Alarm.Failed($"Trial {trial} cannot {what}", error));

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
