using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Tests trainings without faults, one or several in turn, and trainings that are cut short.</summary>
public sealed class TrainerConversationTests
{
    private const int Epochs = ConversationStage.Epochs;

    [Fact]
    public async Task A_whole_training_succeeds_and_its_listener_gets_every_event()
    {
        var stage = new ConversationStage();
        await stage.LoadTextAsync();
        stage.Trainer.Emit(Events.Epoch(1));
        stage.Trainer.Emit(new TrainerEvent.Progress(0.25));
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(1, 5), 7);
        stage.Trainer.EmitEpochs(2, Epochs);
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(Epochs, 0), 8);
        stage.Trainer.Emit(Events.Succeeded);
        var succeeded = Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        Assert.Equal(((TrainerEvent.Succeeded)Events.Succeeded).Result, succeeded.Result);
        Assert.Equal([1, 2, 3], stage.Recorded.Epochs);
        Assert.Equal([0.25], stage.Recorded.Progress);
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
    public async Task After_a_checkpoint_of_the_last_epoch_no_epoch_is_trained()
    {
        var stage = new ConversationStage();
        await stage.LoadCheckpointAsync(Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
    }

    [Fact]
    public async Task Two_trainings_have_separate_logs_epochs_and_stops()
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
        // The text stays loaded for the second training.
        Assert.Equal(["LoadDataset", "Train", "Stop", "Train"], stage.Trainer.Commands.Select(command => command.GetType().Name));

        stage.Begin(second);
        await stage.LoadTextAsync("another");
        Assert.Equal("another", Assert.IsType<TrainerCommand.LoadDataset>(stage.Trainer.Commands.Last()).Sha256);
        Assert.False(stage.Conversation.HasLoaded(ConversationStage.Text));
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
    public async Task A_trainer_whose_call_is_cut_short_is_not_used_again(Type? frozenAt)
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
        Assert.False(stage.Conversation.HasLoaded(ConversationStage.Text));
        Assert.Throws<InvalidOperationException>(() => stage.Begin(stage.Recorded));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_anything_is_sent_leaves_the_trainer_usable()
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
    public async Task A_trainer_gets_no_other_request_while_it_trains()
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
    public async Task Text_is_generated_from_a_checkpoint_or_refused_with_a_reason()
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
