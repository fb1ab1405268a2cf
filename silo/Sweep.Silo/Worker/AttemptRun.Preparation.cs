using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Grains;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>What comes before the training: a trainer that is ready, the text, and the checkpoint.</summary>
internal sealed partial class AttemptRun
{
    /// <summary>The trainer with all that it needs; null when the attempt was asked to stop before.</summary>
    private async Task<ITrainer?> PreparedAsync(AttemptAssignment assignment, SweepSpec spec, StallWatch watch)
    {
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(_abandoned.Token);
        using var over = new CancellationTokenSource();
        var stopping = _stop.Task.WaitAsync(over.Token).ContinueWith(
            stop => stop.IsCompletedSuccessfully ? asked.CancelAsync() : Task.CompletedTask, TaskScheduler.Default).Unwrap();
        try
        {
            var trainer = await watch.WithinAsync(slot.TrainerAsync(asked.Token));
            var say = trainer.Log = services.Log.For(trial, Attempt);
            if (slot.Dataset != spec.Dataset.Sha256)
                await LoadDatasetAsync(trainer, spec.Dataset.Sha256, watch, asked.Token);
            if (assignment.HasCheckpoint)
                await LoadCheckpointAsync(trainer, say, watch, asked.Token);
            return trainer;
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await over.CancelAsync();
            await stopping;
        }
    }

    private async Task LoadDatasetAsync(ITrainer trainer, string sha256, StallWatch watch, CancellationToken asked)
    {
        using var step = SweepActivities.Step("dataset");
        var text = await ReadAsync(() => services.Datasets.ReadAsync(sha256, CancellationToken.None), asked);
        await watch.WithinAsync(trainer.SendAsync(new TrainerCommand.LoadDataset(sha256), text, asked));
        slot.Dataset = sha256;
    }

    private async Task LoadCheckpointAsync(ITrainer trainer, Action<string> say, StallWatch watch, CancellationToken asked)
    {
        using var step = SweepActivities.Step("load checkpoint");
        try
        {
            if (await ReadAsync(() => services.Store.ReadCheckpointAsync(trial), asked) is { } checkpoint)
            {
                await watch.WithinAsync(trainer.SendAsync(new TrainerCommand.LoadCheckpoint(checkpoint.Sha256), checkpoint.Data, asked));
                _trained = checkpoint.Epoch;
            }
        }
        catch (InvalidDataException error)
        {
            // There is no older one. From the beginning the trial gets the same numbers; failing it for what is no fault of its own would use up its retries.
            LogCheckpointRefused(error.Message);
            say($"{error.Message} The trial begins again.");
        }
    }
}
