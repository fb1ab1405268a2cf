using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Trainings as they should be, one and several in turn, and what is cut short.</summary>
public sealed class TrainerConversationTests
{
    private const int Epochs = ConversationStage.Epochs;

    [Fact]
    public async Task A_whole_training_succeeds_and_its_listener_gets_all_that_came()
    {
        var stage = new ConversationStage();
        await stage.LoadTextAsync();
        stage.Trainer.Emit(Events.Epoch(1));
        stage.Trainer.Emit(new TrainerEvent.Progress());
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(1, 5), 7);
        stage.Trainer.EmitEpochs(2, Epochs);
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(Epochs, 0), 8);
        stage.Trainer.Emit(Events.Succeeded);
        var succeeded = Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        Assert.Equal(((TrainerEvent.Succeeded)Events.Succeeded).Result, succeeded.Result);
        Assert.Equal([1, 2, 3], stage.Recorded.Epochs);
        Assert.Equal([(1, 5, 7), (Epochs, 0, 8)], stage.Recorded.Checkpoints);
        Assert.Equal(["LoadDataset", "Train"], stage.Trainer.Commands.Select(command => command.GetType().Name));
        Assert.True(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_training_goes_on_after_the_epochs_of_its_checkpoint_and_the_next_one_begins_at_the_first()
    {
        var stage = new ConversationStage();
        await stage.LoadCheckpointAsync(epoch: 2);
        stage.Trainer.Emit(Events.Epoch(3));
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());

        stage.Begin(stage.Recorded);
        stage.Trainer.Emit(Events.Epoch(3));
        var failed = Assert.IsType<TrainerOutcome.Failed>(await stage.TrainAsync());
        Assert.StartsWith("After epoch 0 of 3", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_the_last_epoch_needs_no_epoch_more()
    {
        var stage = new ConversationStage();
        await stage.LoadCheckpointAsync(Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
    }

    [Fact]
    public async Task Of_two_trainings_each_has_its_own_log_epochs_and_stop()
    {
        var stage = new ConversationStage();
        await stage.LoadTextAsync();
        stage.Trainer.Log!("first");
        var stopped = await stage.TrainingAsync(epochs: 1);
        stage.Stop();
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.Emit(new TrainerEvent.Stopped());
        Assert.IsType<TrainerOutcome.Stopped>(await stopped);
        Assert.True(stage.Conversation.IsUsable);
        stage.Trainer.Log!("between");

        var second = new RecordedTraining();
        stage.Begin(second);
        await stage.LoadTextAsync();
        stage.Trainer.Log!("second");
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        Assert.Equal(["first", "between"], stage.Recorded.Lines);
        Assert.Equal(["second"], second.Lines);
        Assert.Equal([1], stage.Recorded.Epochs);
        Assert.Equal([1, 2, 3], second.Epochs);
        // The text stays loaded.
        Assert.Equal(["LoadDataset", "Train", "Stop", "Train"], stage.Trainer.Commands.Select(command => command.GetType().Name));

        stage.Begin(second);
        await stage.LoadTextAsync("another");
        Assert.Equal("another", Assert.IsType<TrainerCommand.LoadDataset>(stage.Trainer.Commands.Last()).Sha256);
        Assert.False(stage.Conversation.HasText(ConversationStage.Text));
    }

    [Fact]
    public async Task A_checkpoint_that_no_training_used_is_not_left_for_the_next_trial()
    {
        var stage = new ConversationStage();
        await stage.LoadCheckpointAsync(epoch: 1);
        stage.Stop();
        Assert.IsType<TrainerOutcome.Stopped>(await stage.TrainAsync());
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_listener_that_throws_leaves_a_trainer_that_still_trains_and_is_not_used_again()
    {
        var stage = new ConversationStage();
        stage.Begin(new RecordedTraining { Error = new InvalidDataException("full") });
        stage.Trainer.Emit(Events.Epoch(1));
        await Assert.ThrowsAsync<InvalidDataException>(() => stage.TrainAsync());
        Assert.False(stage.Conversation.IsUsable);
    }

    [Theory]
    [InlineData(typeof(TrainerCommand.LoadDataset))]
    [InlineData(typeof(TrainerCommand.LoadCheckpoint))]
    [InlineData(null)]
    public async Task What_is_cut_short_leaves_a_trainer_that_is_not_used_again(Type? frozenAt)
    {
        using var cut = new CancellationTokenSource();
        var stage = new ConversationStage(new ScriptedTrainer { FrozenAt = frozenAt });
        var cutShort = frozenAt?.Name switch
        {
            nameof(TrainerCommand.LoadDataset) => stage.Conversation.LoadTextAsync(ConversationStage.Text, [1], cut.Token),
            nameof(TrainerCommand.LoadCheckpoint) => stage.Conversation.LoadCheckpointAsync(ConversationStage.Checkpoint(1), cut.Token),
            _ => stage.TrainUntilAsync(cut.Token),
        };
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cutShort);
        Assert.False(stage.Conversation.IsUsable);
        Assert.False(stage.Conversation.HasText(ConversationStage.Text));
        Assert.Throws<InvalidOperationException>(() => stage.Begin(stage.Recorded));
    }

    [Fact]
    public async Task What_is_cancelled_before_anything_is_sent_cuts_nothing_short()
    {
        using var cut = new CancellationTokenSource();
        await cut.CancelAsync();
        var stage = new ConversationStage();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => stage.Conversation.LoadTextAsync(ConversationStage.Text, [1], cut.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stage.TrainUntilAsync(cut.Token));
        Assert.Empty(stage.Trainer.Commands);
        Assert.True(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task Nothing_else_is_asked_of_a_trainer_while_it_trains()
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync();
        Assert.False(stage.Conversation.IsUsable);
        Assert.Throws<InvalidOperationException>(() => stage.Conversation.Begin(stage.Recorded, StallWatch.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.TrainAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.LoadTextAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.LoadCheckpointAsync(epoch: 1));
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await training);
    }

    [Fact]
    public async Task Text_is_written_with_a_checkpoint_or_there_is_a_reason_why_not()
    {
        Assert.Equal(new TrainerOutcome.Generated("to be"), await GenerateAsync(new TrainerEvent.Generated("to be")));
        Assert.Equal(
            new TrainerOutcome.Failed(FailureReason.TrainerError, "no checkpoint"),
            await GenerateAsync(new TrainerEvent.Failed(FailureReason.TrainerError, "no checkpoint")));
        var nonsense = Assert.IsType<TrainerOutcome.Failed>(await GenerateAsync(new TrainerEvent.Stopped()));
        Assert.Contains("makes no sense", nonsense.Message, StringComparison.Ordinal);
        Assert.Equal(new TrainerOutcome.Died("killed"), await GenerateAsync(null));
    }

    private static async Task<TrainerOutcome> GenerateAsync(TrainerEvent? answer)
    {
        var stage = new ConversationStage();
        await stage.LoadCheckpointAsync(epoch: 1);
        if (answer is null)
            stage.Trainer.Kill();
        else
            stage.Trainer.Emit(answer);
        var command = new TrainerCommand.Generate("to", Length: 5, Temperature: 0.8, Seed: 1);
        return await stage.Conversation.GenerateAsync(command, TestContext.Current.CancellationToken);
    }
}
