using System.ComponentModel;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;

namespace Sweep.Tests.Worker;

public sealed class AttemptRunTests
{
    [Fact]
    public async Task What_a_trainer_sends_is_stored_before_its_success_is_reported()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        await trainer.ReceivedAsync<TrainerCommand.Train>();
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(new TrainerEvent.Progress());
        trainer.Emit(new TrainerEvent.CheckpointWritten(AttemptStage.Epochs, 0), 7);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(), StringComparison.Ordinal);
        Assert.Equal((AttemptStage.Epochs, 1), (stage.Store.Epochs.Count, stage.Store.Checkpoints.Count));
        Assert.Null(trainer.Death);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Where_an_attempt_trains_is_stored_with_the_attempt_from_whose_checkpoint_it_goes_on(int? wentOnFrom)
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer), checkpoint: wentOnFrom is not null);
        if (wentOnFrom is { } attempt)
            stage.Store.Checkpoints.Enqueue(new(attempt, Epoch: 4, Step: 0, Sha256: "", [7]));
        await stage.StartAsync();
        await trainer.ReceivedAsync<TrainerCommand.Train>();
        trainer.Emit(new TrainerEvent.Began(Events.Environment));
        trainer.EmitEpochs(wentOnFrom is null ? 1 : 5, AttemptStage.Epochs);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(), StringComparison.Ordinal);
        var stored = Assert.Single(stage.Store.Environments);
        Assert.Equal((1, wentOnFrom, Events.Environment), (stored.Attempt, stored.WentOnFrom, stored.Environment));
    }

    [Fact]
    public async Task An_attempt_goes_on_where_the_database_refuses_its_environment_and_the_log_says_so()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Store.Wrong = row => row is EnvironmentRow ? ScriptedStore.Error("42501", "permission denied for table attempts") : null;
        await stage.StartAsync();
        await trainer.ReceivedAsync<TrainerCommand.Train>();
        trainer.Emit(new TrainerEvent.Began(Events.Environment));
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(new TrainerEvent.CheckpointWritten(AttemptStage.Epochs, 0), 7);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(), StringComparison.Ordinal);
        Assert.Equal((AttemptStage.Epochs, 1), (stage.Store.Epochs.Count, stage.Store.Checkpoints.Count));
        Assert.Contains(stage.AlarmLog.Lines, line => line.Contains("permission denied for table attempts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_training_that_begins_twice_is_a_failure()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        trainer.Emit(new TrainerEvent.Began(Events.Environment));
        trainer.Emit(new TrainerEvent.Began(Events.Environment));
        Assert.StartsWith("Fail TrainerError After epoch 0 of 10 the trainer sent Began", await stage.EndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_needs_the_device_alone_ends_the_idle_trainers_of_its_neighbors(bool alone)
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer), alone: alone);
        var idle = new ScriptedTrainer();
        var neighbor = new Slot("cpu", stage.Gate, new ScriptedTrainers(idle), stage.Time, stage.Log);
        await neighbor.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken);
        stage.Slot.Neighbors = [neighbor];
        await stage.StartAsync();
        await trainer.ReceivedAsync<TrainerCommand.Train>();
        Assert.Equal(alone, idle.IsDisposed);
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(Events.Succeeded);
        await stage.EndAsync();
    }

    [Fact]
    public async Task A_success_before_the_last_epoch_is_a_failure()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        await stage.StartAsync();
        trainer.EmitEpochs(1, AttemptStage.Epochs - 1);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Fail TrainerError After epoch 9 of 10 the trainer sent Succ", await stage.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_success_needs_no_more_epochs_than_the_checkpoint_lacks()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer), checkpoint: true);
        stage.Store.Checkpoints.Enqueue(new(Attempt: 1, AttemptStage.Epochs, Step: 0, Sha256: "", [7]));
        await stage.StartAsync();
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trainer_that_cannot_be_executed_makes_its_worker_unfit(bool atOnce)
    {
        var denied = new Win32Exception(13, "Permission denied");
        await using var stage = new AttemptStage(new ScriptedTrainers(_ => atOnce ? throw denied : Task.FromException<ITrainer>(denied)));
        await stage.StartAsync();
        var end = await stage.EndAsync();
        Assert.StartsWith("Fail WorkerUnfit", end, StringComparison.Ordinal);
        Assert.Contains("Permission denied", end, StringComparison.Ordinal);
        Assert.Contains("Permission denied", stage.Slot.Health.Complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", "Fail WorkerUnfit")]
    [InlineData("cuda:0", "Fail OutOfMemory")]
    public async Task A_trial_without_memory_whose_slot_fails_its_self_test_gets_a_GPU_alone(string device, string end)
    {
        var (first, second) = (Full(), Full());
        await using var stage = new AttemptStage(new ScriptedTrainers(first, second), device: device);
        await stage.StartAsync();
        await first.ReceivedAsync<TrainerCommand.Train>();
        first.Emit(new TrainerEvent.Failed(FailureReason.OutOfMemory, "out of memory"));
        Assert.StartsWith(end, await stage.EndAsync(), StringComparison.Ordinal);

        static ScriptedTrainer Full() => new() { Complaint = () => "out of memory" };
    }

    [Fact]
    public async Task A_slot_is_tested_while_its_attempt_still_holds_its_place_on_the_device()
    {
        var complaints = 0;
        AttemptStage? stage = null;
        Task<IDisposable>? alone = null;
        var trainers = new ScriptedTrainers(index => index == 0
            ? Task.FromException<ITrainer>(new TrainerStartException("no driver"))
            : Task.FromResult<ITrainer>(new ScriptedTrainer
            {
                Complaint = () =>
                {
                    // A self-test trains each cell, and the first is enough here.
                    if (complaints++ > 0)
                        return null;
                    // Another attempt that needs the device alone has to wait until this attempt is over.
                    alone = stage!.Gate.EnterAsync(alone: true, TestContext.Current.CancellationToken);
                    Assert.False(alone.IsCompleted);
                    return null;
                },
            }));
        stage = new AttemptStage(trainers);
        await using var _ = stage;
        await stage.StartAsync();
        Assert.StartsWith("Fail TrainerDied", await stage.EndAsync(), StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<CellKind>().Length, complaints);
        (await alone!).Dispose();
    }

    [Fact]
    public async Task A_trainer_whose_self_test_is_cut_short_is_not_used_for_a_trial()
    {
        var broken = new ScriptedTrainer();
        // The self-test of this trainer never ends.
        var silent = new ScriptedTrainer { FrozenAt = typeof(TrainerCommand.LoadDataset) };
        await using var stage = new AttemptStage(new ScriptedTrainers(broken, silent));
        await stage.StartAsync();
        broken.Kill();
        await silent.FrozenAsync();
        stage.EndWorker();
        Assert.Equal("", await stage.EndAsync());
        Assert.True(silent.IsDisposed);
    }
}
