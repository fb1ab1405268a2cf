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
        await neighbor.TrainerAsync(TestContext.Current.CancellationToken);
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

    [Fact]
    public async Task An_epoch_that_the_database_refuses_ends_the_attempt_with_the_message_of_the_database()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Store.Wrong = row => row is EpochRow { Metrics.Epoch: 2 } ? ScriptedStore.Error("22003", "value out of range") : null;
        await stage.StartAsync();
        trainer.Emit(Events.Epoch(1));
        trainer.Emit(Events.Epoch(2));
        await trainer.ReceivedAsync<TrainerCommand.Stop>();
        trainer.Emit(new TrainerEvent.Stopped());
        Assert.Equal("Fail StorageRefused PostgreSQL refuses it: 22003: value out of range", await stage.EndAsync());
        Assert.Single(stage.Store.Epochs);
        Assert.Null(trainer.Death);
    }

    [Fact]
    public async Task A_checkpoint_that_the_database_refuses_ends_the_attempt_with_the_message_of_the_database()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Store.Wrong = row => row is StoredCheckpoint ? ScriptedStore.Error("42501", "permission denied for table checkpoints") : null;
        await stage.StartAsync();
        trainer.Emit(Events.Epoch(1));
        trainer.Emit(new TrainerEvent.CheckpointWritten(1, 0), 7);
        await trainer.ReceivedAsync<TrainerCommand.Stop>();
        // The trainer does not stop, and is killed.
        Assert.Equal(
            "Fail StorageRefused PostgreSQL refuses it: 42501: permission denied for table checkpoints", await stage.EndAsync(moves: true));
        Assert.Equal("killed", trainer.Death);
    }

    [Fact]
    public async Task A_refusal_after_the_last_epoch_fails_the_attempt()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Refusal = report => report.StartsWith("Complete", StringComparison.Ordinal)
            ? ScriptedStore.Error("22P05", "no equivalent in LATIN1")
            : null;
        await stage.StartAsync();
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(Events.Succeeded);
        Assert.Equal("Fail StorageRefused PostgreSQL refuses it: 22P05: no equivalent in LATIN1", await stage.EndAsync());
        Assert.Null(trainer.Death);
    }

    [Fact]
    public async Task The_failure_of_a_trainer_and_the_cancel_of_a_user_are_reported_before_a_refusal()
    {
        var failing = new ScriptedTrainer();
        await using var failed = new AttemptStage(new ScriptedTrainers(failing));
        failed.Store.Wrong = _ => ScriptedStore.Error("42P01");
        await failed.StartAsync();
        failing.Emit(Events.Epoch(1));
        failing.Emit(new TrainerEvent.Failed(FailureReason.Diverged, "not finite"));
        Assert.Equal("Fail Diverged not finite", await failed.EndAsync());

        var stopping = new ScriptedTrainer();
        await using var cancelled = new AttemptStage(new ScriptedTrainers(stopping));
        cancelled.Store.Wrong = _ => ScriptedStore.Error("42P01");
        await cancelled.StartAsync();
        await stopping.ReceivedAsync<TrainerCommand.Train>();
        cancelled.Stop(StopCause.Cancel);
        await stopping.ReceivedAsync<TrainerCommand.Stop>();
        stopping.Emit(Events.Epoch(1));
        stopping.Emit(new TrainerEvent.Stopped());
        Assert.Equal("Cancelled", await cancelled.EndAsync());
    }

    [Fact]
    public async Task A_failure_whose_text_is_refused_is_reported_in_ASCII()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Refusal = report => report.Contains('é', StringComparison.Ordinal) ? ScriptedStore.Error("22P05") : null;
        await stage.StartAsync();
        trainer.Emit(new TrainerEvent.Failed(FailureReason.Diverged, "é is not finite"));
        Assert.Equal("Fail Diverged ? is not finite", await stage.EndAsync());
    }

    [Theory]
    [InlineData(nameof(Grains.ITrialGrain.Open))]
    [InlineData(nameof(Grains.ITrialGrain.Fail))]
    public async Task A_slot_is_not_held_for_a_trial_whose_row_cannot_be_written(string report)
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        stage.Refusal = said => said.StartsWith(report, StringComparison.Ordinal)
            ? ScriptedStore.Error("42501", "permission denied for table trials")
            : null;
        await stage.StartAsync();
        trainer.Emit(new TrainerEvent.Failed(FailureReason.Diverged, "not finite"));
        Assert.Equal("", await stage.EndAsync());
        Assert.Contains("permission denied for table trials", Assert.Single(stage.AlarmLog.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_fails_for_the_moment_is_repeated_until_it_succeeds_and_logged_once()
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer));
        var tries = 0;
        stage.Refusal = said => said.StartsWith("Complete", StringComparison.Ordinal) && ++tries < 6
            ? ScriptedStore.Error("53300", "too many clients")
            : null;
        await stage.StartAsync();
        trainer.EmitEpochs(1, AttemptStage.Epochs);
        trainer.Emit(Events.Succeeded);
        Assert.StartsWith("Complete", await stage.EndAsync(moves: true), StringComparison.Ordinal);
        Assert.Equal(6, tries);
        Assert.Contains("too many clients", Assert.Single(stage.AlarmLog.Lines), StringComparison.Ordinal);
    }
}
