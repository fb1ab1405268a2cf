using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Worker;

namespace Sweep.Tests.Worker;

/// <summary>Attempts of which the database refuses a row, for good or for the moment.</summary>
public sealed class AttemptRefusalTests
{
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
