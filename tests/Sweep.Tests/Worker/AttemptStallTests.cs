using Sweep.Domain.Protocol;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;

namespace Sweep.Tests.Worker;

/// <summary>Attempts whose trainer takes no step, or does not take what it is sent.</summary>
public sealed class AttemptStallTests
{
    [Fact]
    public async Task A_trainer_that_takes_no_step_is_killed_and_its_slot_tested()
    {
        var frozen = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(frozen));
        await stage.StartAsync();
        await frozen.ReceivedAsync<TrainerCommand.Train>();
        var began = stage.Time.GetUtcNow();
        Assert.Equal(
            "Fail Stalled the trainer took no step and said nothing for 60 s (stall_limit), and was ended",
            await stage.EndAsync(moves: true));
        Assert.InRange((stage.Time.GetUtcNow() - began).TotalSeconds, 60, 70);
        Assert.Equal("killed", frozen.Death);
    }

    [Fact]
    public async Task Steps_within_the_limit_are_no_stall_however_long_the_epoch_is()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        await trainer.AskedAsync();
        for (var step = 0; step < 10; step++)
        {
            stage.Time.Advance(TimeSpan.FromSeconds(AttemptStage.StallLimit - 1));
            trainer.Emit(new TrainerEvent.Progress());
            await trainer.AskedAsync();
        }

        Assert.True(stage.IsRunning);
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Epochs_of_a_trainer_that_hangs_later_are_kept()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        trainer.Emit(Events.Epoch(1));
        // The trainer hangs after its first epoch.
        Assert.StartsWith("Fail Stalled", await stage.EndAsync(moves: true), StringComparison.Ordinal);
        Assert.Single(stage.Store.Epochs);
    }

    [Theory]
    [InlineData(typeof(TrainerCommand.LoadDataset))]
    [InlineData(typeof(TrainerCommand.LoadCheckpoint))]
    [InlineData(typeof(TrainerCommand.Train))]
    public async Task A_trainer_that_does_not_take_what_it_is_sent_stalls_too(Type command)
    {
        var frozen = new ScriptedTrainer { FrozenAt = command };
        await using var stage = new AttemptStage(new ScriptedTrainers(frozen), checkpoint: true);
        stage.Store.Checkpoints.Enqueue(new(1, 1, 0, "hash", [1]));
        await stage.StartAsync();
        Assert.StartsWith("Fail Stalled", await stage.EndAsync(moves: true), StringComparison.Ordinal);
        Assert.True(frozen.IsDisposed);
    }

    [Fact]
    public async Task A_trainer_that_does_not_become_ready_stalls_too()
    {
        var trainers = new ScriptedTrainers(
            index => index == 0 ? new TaskCompletionSource<ITrainer>().Task : Task.FromResult<ITrainer>(new ScriptedTrainer()));
        await using var stage = new AttemptStage(trainers);
        await stage.StartAsync();
        Assert.StartsWith("Fail Stalled", await stage.EndAsync(moves: true), StringComparison.Ordinal);
        Assert.Equal(2, trainers.Starts);
        Assert.True(stage.Slot.IsFree);
    }

    [Theory]
    [InlineData(typeof(TrainerCommand.LoadDataset))]
    [InlineData(typeof(TrainerCommand.LoadCheckpoint))]
    public async Task An_order_to_stop_does_not_wait_until_the_trainer_has_loaded_its_data(Type command)
    {
        var frozen = new ScriptedTrainer { FrozenAt = command };
        await using var stage = new AttemptStage(new ScriptedTrainers(frozen), checkpoint: true);
        stage.Store.Checkpoints.Enqueue(new(1, 1, 0, "hash", [1]));
        await stage.StartAsync();
        await frozen.FrozenAsync();
        stage.Stop(StopCause.Cancel);
        Assert.Equal("Cancelled", await stage.EndAsync());
        Assert.True(frozen.IsDisposed);
    }

    [Fact]
    public async Task A_stop_that_a_frozen_trainer_does_not_take_is_no_failure()
    {
        var frozen = new ScriptedTrainer { FrozenAt = typeof(TrainerCommand.Stop) };
        await using var stage = new AttemptStage(new ScriptedTrainers(frozen));
        await stage.StartAsync();
        await frozen.ReceivedAsync<TrainerCommand.Train>();
        stage.Stop(StopCause.Pause);
        Assert.Equal("GiveBack", await stage.EndAsync(moves: true));
        Assert.True(frozen.IsDisposed);
    }
}
