using Sweep.Domain.Protocol;

namespace Sweep.Tests.Worker;

/// <summary>What the metrics and the live view learn of a training within its epochs.</summary>
public sealed class AttemptProgressTests
{
    private static readonly TimeSpan FortyMinutes = TimeSpan.FromMinutes(40);

    [Fact]
    public async Task An_epoch_of_forty_minutes_is_never_silent_and_its_progress_is_known()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        await trainer.AskedAsync();
        trainer.EmitEpochs(1, 3);
        await AskedAsync(3);
        for (var second = 0; second < FortyMinutes.TotalSeconds; second += 30)
        {
            stage.Time.Advance(TimeSpan.FromSeconds(30));
            trainer.Emit(new TrainerEvent.Progress(second / FortyMinutes.TotalSeconds));
            await trainer.AskedAsync();
            Assert.Equal(TimeSpan.Zero, stage.Progress.Silence);
            Assert.Equal(3 + (second / FortyMinutes.TotalSeconds), stage.Progress.Epochs, 1e-9);
        }

        // The validation reports itself without a share.
        trainer.Emit(new TrainerEvent.Progress());
        trainer.Emit(new TrainerEvent.CheckpointWritten(3, 17), 7);
        await AskedAsync(2);
        Assert.InRange(stage.Progress.Share, 0.98, 1);
        trainer.Emit(Events.Epoch(4));
        await trainer.AskedAsync();
        Assert.Equal((4, 0), (stage.Progress.Epochs, stage.Progress.Share));

        async Task AskedAsync(int events)
        {
            for (var i = 0; i < events; i++)
                await trainer.AskedAsync();
        }
    }

    [Fact]
    public async Task A_trial_is_silent_from_its_last_step_on_whatever_its_epoch_was()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer), checkpoint: true);
        stage.Store.Checkpoints.Enqueue(new(1, 2, 5, "hash", [1]));
        await stage.StartAsync();
        await trainer.AskedAsync();
        Assert.Equal(2, stage.Progress.Epochs);
        trainer.Emit(new TrainerEvent.Progress(0.5));
        await trainer.AskedAsync();
        stage.Time.Advance(TimeSpan.FromSeconds(AttemptStage.StallLimit - 1));
        Assert.Equal((2.5, AttemptStage.StallLimit - 1), (stage.Progress.Epochs, stage.Progress.Silence.TotalSeconds));
    }
}
