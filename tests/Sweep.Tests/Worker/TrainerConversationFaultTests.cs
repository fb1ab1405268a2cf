using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Tests trainers that fail, die, hang, or send events that make no sense.</summary>
public sealed class TrainerConversationFaultTests
{
    private const int Epochs = ConversationStage.Epochs;
    private const string Stall = "the trainer took no step and said nothing for 60 s (stall_limit), and was ended";

    /// <summary>Events that make no sense after two of three epochs.</summary>
    public static TheoryData<TrainerEvent> Nonsense =>
    [
        Events.Epoch(0), Events.Epoch(1), Events.Epoch(2), Events.Epoch(4), Events.Epoch(int.MaxValue), Events.Epoch(int.MinValue),
        new TrainerEvent.CheckpointWritten(1, 0), new TrainerEvent.CheckpointWritten(3, 0), new TrainerEvent.CheckpointWritten(2, -1),
        Events.Succeeded, new TrainerEvent.Stopped(), new TrainerEvent.Ready("2", "cpu"), new TrainerEvent.Generated("to be"),
        new TrainerEvent.Progress(1), new TrainerEvent.Progress(-0.1),
    ];

    /// <summary>Events that make no sense once the last epoch is trained.</summary>
    public static TheoryData<TrainerEvent> LateNonsense =>
    [
        Events.Epoch(Epochs), Events.Epoch(Epochs + 1), new TrainerEvent.CheckpointWritten(2, 0), new TrainerEvent.Stopped(),
    ];

    [Theory]
    [InlineData("start")]
    [InlineData("text")]
    [InlineData("checkpoint")]
    [InlineData("train")]
    [InlineData("epoch")]
    [InlineData("last epoch")]
    public async Task The_death_of_a_trainer_at_any_time_is_the_outcome(string after)
    {
        var stage = new ConversationStage();
        if (after == "start")
            stage.Trainer.Kill();
        await stage.LoadTextAsync();
        if (after == "text")
            stage.Trainer.Kill();
        if (after is "text" or "checkpoint")
            await stage.LoadCheckpointAsync(epoch: 1);
        if (after == "checkpoint")
            stage.Trainer.Kill();
        stage.Trainer.EmitEpochs(1, after switch { "epoch" => 1, "last epoch" => Epochs, _ => 0 });
        var training = stage.TrainAsync();
        stage.Trainer.Kill();
        Assert.Equal(new TrainerOutcome.Died("killed"), await training);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_trainer_that_dies_after_its_last_event_has_finished_its_training()
    {
        var stage = new ConversationStage();
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        stage.Trainer.Kill();
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        Assert.False(stage.Conversation.IsUsable);
    }

    [Theory]
    [InlineData(typeof(TrainerCommand.LoadDataset))]
    [InlineData(typeof(TrainerCommand.LoadCheckpoint))]
    public async Task A_trainer_that_does_not_take_what_it_is_sent_stalls(Type frozenAt)
    {
        var stage = new ConversationStage(new ScriptedTrainer { FrozenAt = frozenAt });
        var loading = frozenAt == typeof(TrainerCommand.LoadDataset) ? stage.LoadTextAsync() : stage.LoadCheckpointAsync(epoch: 1);
        stage.Time.Advance(TimeSpan.FromSeconds(ConversationStage.StallLimit - 1));
        Assert.False(loading.IsCompleted);
        stage.Time.Advance(TimeSpan.FromSeconds(1));
        var stall = await Assert.ThrowsAsync<TrainerStalledException>(() => loading);
        Assert.Equal(Stall, stall.Message);
        Assert.False(stage.Conversation.IsUsable);
        Assert.False(stage.Conversation.HasLoaded(ConversationStage.Text));
    }

    [Theory]
    [InlineData(typeof(TrainerCommand.Train), 0)]
    [InlineData(null, 0)]
    [InlineData(null, 1)]
    [InlineData(null, Epochs)]
    public async Task A_training_stalls_when_no_step_comes_within_the_limit(Type? frozenAt, int epochs)
    {
        var stage = new ConversationStage(new ScriptedTrainer { FrozenAt = frozenAt });
        stage.Trainer.EmitEpochs(1, epochs);
        var (outcome, after) = await stage.MoveAsync(stage.TrainAsync());
        Assert.Equal(new TrainerOutcome.Stalled(Stall), outcome);
        Assert.InRange(after.TotalSeconds, ConversationStage.StallLimit, ConversationStage.StallLimit + 20);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task Steps_within_the_limit_are_no_stall()
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync();
        for (var step = 0; step < 5; step++)
        {
            stage.Time.Advance(TimeSpan.FromSeconds(ConversationStage.StallLimit - 1));
            stage.Trainer.Emit(new TrainerEvent.Progress());
            await stage.Trainer.AskedAsync();
        }

        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await training);
    }

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task An_event_that_makes_no_sense_fails_the_training_and_the_trainer_is_not_used_again(TrainerEvent nonsense)
    {
        var stage = new ConversationStage();
        stage.Trainer.EmitEpochs(1, 2);
        stage.Trainer.Emit(nonsense, 7);
        Assert.Equal(
            new TrainerOutcome.Failed(
                FailureReason.TrainerError, $"After epoch 2 of 3 the trainer sent {nonsense}, which makes no sense then."),
            await stage.TrainAsync());
        Assert.Equal([1, 2], stage.Recorded.Epochs);
        Assert.Empty(stage.Recorded.Checkpoints);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Theory]
    [MemberData(nameof(LateNonsense))]
    public async Task An_event_that_makes_no_sense_after_the_last_epoch_fails_the_training(TrainerEvent nonsense)
    {
        var stage = new ConversationStage();
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(nonsense, 7);
        stage.Trainer.Emit(Events.Succeeded);
        var failed = Assert.IsType<TrainerOutcome.Failed>(await stage.TrainAsync());
        Assert.StartsWith("After epoch 3 of 3", failed.Message, StringComparison.Ordinal);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task An_event_that_makes_no_sense_after_a_stop_fails_the_training()
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync();
        stage.Stop();
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.Emit(Events.Epoch(2));
        stage.Trainer.Emit(new TrainerEvent.Stopped());
        Assert.IsType<TrainerOutcome.Failed>(await training);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Theory]
    [InlineData(FailureReason.Diverged, FailureReason.Diverged)]
    [InlineData(FailureReason.Impossible, FailureReason.Impossible)]
    [InlineData(FailureReason.OutOfMemory, FailureReason.OutOfMemory)]
    [InlineData(FailureReason.TrainerError, FailureReason.TrainerError)]
    [InlineData(FailureReason.WorkerLost, FailureReason.TrainerError)]
    [InlineData(FailureReason.WorkerUnfit, FailureReason.TrainerError)]
    [InlineData(FailureReason.StorageRefused, FailureReason.TrainerError)]
    public async Task A_trainer_may_fail_for_reasons_of_its_own_only_and_is_used_again(FailureReason sent, FailureReason known)
    {
        var stage = new ConversationStage();
        stage.Trainer.Emit(Events.Epoch(1));
        stage.Trainer.Emit(new TrainerEvent.Failed(sent, "its words"));
        Assert.Equal(new TrainerOutcome.Failed(known, "its words"), await stage.TrainAsync());
        Assert.True(stage.Conversation.IsUsable);
    }
}
