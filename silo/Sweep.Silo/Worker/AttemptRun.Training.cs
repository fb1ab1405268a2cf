using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>The training and what it needs first: a trainer that is ready, the text, and the checkpoint.</summary>
internal sealed partial class AttemptRun
{
    /// <summary>Prepares and trains. Every error becomes an outcome, except that an abandoned attempt throws.</summary>
    /// <param name="beforeTraining">Ends the preparation when it is cancelled.</param>
    /// <exception cref="OperationCanceledException">The attempt was abandoned.</exception>
    private async Task<TrainerOutcome> TrainAsync(AttemptAssignment assignment, CancellationToken beforeTraining)
    {
        try
        {
            var spec = await ReadAsync(() => services.Specs.GetAsync(trial.Sweep), _abandoned.Token);
            var parameters = ParameterMap.FromJson(assignment.ParametersJson);
            await TraceAsync(spec, parameters);
            _results = new(new(trial, Attempt), _grain, spec.Objective, Progress, services, Stop, _abandoned.Token);
            if (assignment.JudgedAt is { Length: > 0 } judgedAt && await services.Specs.RulesAsync(trial.Sweep) is { } rules)
            {
                _results.Judge = _judge = new(
                    trial, rules, judgedAt, spec.Objective, services, _results.WaitUntilEpochsAreStoredAsync, Stop, beforeTraining);
            }

            var trainer = await PreparedAsync(spec, assignment.HasCheckpoint, _results, beforeTraining);
            return spec.Program is null
                ? await trainer.TrainAsync(TrainCommand(spec, assignment), _stop.Task)
                : await trainer.RunAsync(
                    ProgramAttempt.Of(spec, trial.Number, Attempt, parameters, assignment.JudgedAt, Devices), _stop.Task);
        }
        catch (OperationCanceledException) when (_abandoned.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error) when (_stop.Task.IsCompleted && error is OperationCanceledException or TrainerStalledException)
        {
            return new TrainerOutcome.Stopped();
        }
        catch (TrainerStalledException error)
        {
            return new TrainerOutcome.Stalled(error.Message);
        }
        catch (TrainerStartException error)
        {
            return new TrainerOutcome.Died(error.Message);
        }
        catch (Exception error)
        {
            return Failed(error);
        }
        finally
        {
            // The next trial must not get a trainer that was cut short or still trains.
            await slot.DiscardUnusableAsync();
        }
    }

    private TrainerCommand.Train TrainCommand(SweepSpec spec, AttemptAssignment assignment)
    {
        var (dataset, seed) = (spec.Dataset, spec.Dataset.FirstTarget is null ? (long?)null : spec.Seed);
        return new(
            trial.Value, Attempt, TrialParameters.FromJson(assignment.ParametersJson), dataset.Split, dataset.Validation, spec.Objective,
            spec.Checkpoint.Every, dataset.Test, dataset.FirstTarget, seed, assignment.JudgedAt, spec.Precision);
    }

    /// <summary>A trainer that has the text, or the folder, and the checkpoint.</summary>
    private async Task<TrainerConversation> PreparedAsync(
        SweepSpec spec, bool hasCheckpoint, AttemptResults results, CancellationToken cancellation)
    {
        var watch = new StallWatch(TimeSpan.FromSeconds(spec.StallLimit), services.Time);
        var kind = spec.Program is null ? TrainerKind.Model : TrainerKind.Program;
        var trainer = await watch.WithinAsync(slot.TrainerAsync(kind, cancellation));
        trainer.Begin(results, watch);
        if (spec.Program is { } program)
            await LoadFolderAsync(trainer, program.Sha256, cancellation);
        else if (!trainer.HasLoaded(spec.Dataset.Sha256))
            await LoadTextAsync(trainer, spec.Dataset.Sha256, cancellation);
        if (!(hasCheckpoint && await LoadCheckpointAsync(trainer, results, cancellation)) && spec.StartFrom is { } start)
            await LoadWeightsAsync(trainer, start, cancellation);
        return trainer;
    }

    private async Task LoadTextAsync(TrainerConversation trainer, string sha256, CancellationToken cancellation)
    {
        using var step = SweepActivities.Step("dataset");
        var text = await ReadAsync(() => services.Datasets.ReadAsync(sha256, CancellationToken.None), cancellation);
        await trainer.LoadTextAsync(sha256, text, cancellation);
    }

    private async Task LoadFolderAsync(TrainerConversation trainer, string sha256, CancellationToken cancellation)
    {
        if (trainer.HasLoaded(sha256))
            return;
        using var step = SweepActivities.Step("folder");
        var archive = await ReadAsync(() => services.Folders.ReadAsync(sha256, CancellationToken.None), cancellation);
        await trainer.LoadFolderAsync(sha256, archive, cancellation);
    }

    private async Task LoadWeightsAsync(TrainerConversation trainer, StartSpec start, CancellationToken cancellation)
    {
        using var step = SweepActivities.Step("load weights");
        var file = await ReadAsync(() => services.Weights.ReadAsync(start.Sha256), cancellation)
            ?? throw new InvalidDataException($"The weights of {start} are not stored.");
        await trainer.LoadCheckpointAsync(new(Attempt, Epoch: 0, Step: 0, start.Sha256, file), cancellation);
    }

    /// <returns>False when there is no checkpoint to go on from.</returns>
    private async Task<bool> LoadCheckpointAsync(TrainerConversation trainer, AttemptResults results, CancellationToken cancellation)
    {
        using var step = SweepActivities.Step("load checkpoint");
        try
        {
            if (await ReadAsync(() => services.Store.ReadCheckpointAsync(trial), cancellation) is not { } checkpoint)
                return false;
            results.WentOnFrom = checkpoint.Attempt;
            Progress.EpochFinished(checkpoint.Epoch);
            // It may have been written where the trial was to be judged.
            if (_judge is { } judge && checkpoint.Epoch > 0 && !await judge.ResumeAsync(checkpoint.Epoch))
                throw new OperationCanceledException(cancellation);
            await trainer.LoadCheckpointAsync(checkpoint, cancellation);
            return true;
        }
        catch (InvalidDataException error)
        {
            // There is no older checkpoint. A trial that begins again gets the same numbers. If it failed instead, it would use up its
            // retries for a fault that is not its own.
            LogCheckpointRefused(error.Message);
            results.Log($"{error.Message} The trial begins again.");
            return false;
        }
    }

    /// <summary>Adds to the trace which attempt it shows, and how long that attempt waited.</summary>
    private async Task TraceAsync(SweepSpec spec, ParameterMap parameters)
    {
        if (_trace is not { IsAllDataRequested: true } trace)
            return;
        trace
            .SetTag("sweep.name", spec.Name)
            .SetTag("sweep.attempt", Attempt)
            .SetTag("sweep.cell", spec.Program is null ? parameters.Find("cell")?.ToString() : null);
        if (await ReadAsync(() => services.Store.WaitedAsync(trial, Attempt), _abandoned.Token) is { } waited)
            SweepActivities.Queued(trace, waited);
    }

    private Task<T> ReadAsync<T>(Func<Task<T>> read, CancellationToken giveUp) => Retry.UntilItSucceedsAsync(
        read, services.Time, giveUp, error => services.Alarm.Failed($"What trial {trial} needs cannot be read", error));

    /// <summary>
    /// The failure for an error. The message names the type of an unexpected error, so that a defect of the worker does not look like one
    /// of the trial.
    /// </summary>
    private static TrainerOutcome.Failed Failed(Exception error) => error switch
    {
        StorageRefusedException => new(FailureReason.StorageRefused, error.Message),
        InvalidDataException => new(FailureReason.TrainerError, error.Message),
        _ => new(FailureReason.TrainerError, $"{error.GetType().Name}: {error.Message}"),
    };
}
