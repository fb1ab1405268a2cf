using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Tests orders to stop before a training, during it, and after its last event.</summary>
public sealed class TrainerConversationStopTests
{
    private const int Epochs = ConversationStage.Epochs;

    [Fact]
    public async Task A_stop_before_the_training_prevents_it()
    {
        var stage = new ConversationStage();
        await stage.LoadTextAsync();
        stage.Stop();
        Assert.IsType<TrainerOutcome.Stopped>(await stage.TrainAsync());
        Assert.Single(stage.Trainer.Commands);
        Assert.True(stage.Conversation.IsUsable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_that_is_obeyed_leaves_the_trainer_for_the_next_trial(bool checkpoint)
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync(epochs: 1);
        stage.Stop(checkpoint);
        Assert.Equal(checkpoint, (await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>()).Checkpoint);
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(1, 4), 7);
        stage.Trainer.Emit(new TrainerEvent.Stopped());
        Assert.IsType<TrainerOutcome.Stopped>(await training);
        Assert.Equal([(1, 4, 7)], stage.Recorded.Checkpoints);
        Assert.True(stage.Conversation.IsUsable);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, typeof(TrainerCommand.Stop))]
    [InlineData(false, typeof(TrainerCommand.Stop))]
    public async Task A_stop_that_is_not_obeyed_within_its_limit_kills_the_trainer(bool checkpoint, Type? frozenAt)
    {
        var stage = new ConversationStage(new ScriptedTrainer { FrozenAt = frozenAt });
        var training = await stage.TrainingAsync(epochs: 1);
        stage.Stop(checkpoint);
        await (frozenAt is null ? stage.Trainer.ReceivedAsync<TrainerCommand.Stop>() : stage.Trainer.FrozenAsync());
        var (outcome, after) = await stage.MoveAsync(training);
        Assert.IsType<TrainerOutcome.Stopped>(outcome);
        Assert.Equal("killed", stage.Trainer.Death);
        Assert.False(stage.Conversation.IsUsable);
        var (least, most) = checkpoint ? (20, 50) : (1, 15);
        Assert.InRange(after.TotalSeconds, least, most);
    }

    [Fact]
    public async Task A_trainer_that_reports_steps_and_does_not_stop_is_killed_all_the_same()
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync();
        stage.Stop();
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.EmitEpochs(1, 2);
        stage.Trainer.Emit(new TrainerEvent.Progress());
        Assert.IsType<TrainerOutcome.Stopped>((await stage.MoveAsync(training)).Outcome);
        Assert.Equal([1, 2], stage.Recorded.Epochs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_last_event_that_crosses_a_stop_counts_and_the_answer_to_the_stop_reaches_no_other_trial(bool succeeds)
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync(Epochs);
        stage.Stop();
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.Emit(succeeds ? Events.Succeeded : new TrainerEvent.Failed(FailureReason.Diverged, "not finite"));
        Assert.IsType(succeeds ? typeof(TrainerOutcome.Succeeded) : typeof(TrainerOutcome.Failed), await training);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_stop_after_the_last_event_is_not_sent()
    {
        var stage = new ConversationStage();
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        stage.Stop();
        stage.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<TrainerCommand.Train>(Assert.Single(stage.Trainer.Commands));
        Assert.True(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_trainer_that_dies_after_an_order_to_stop_has_stopped()
    {
        var stage = new ConversationStage();
        var training = await stage.TrainingAsync();
        stage.Stop();
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.Kill();
        Assert.IsType<TrainerOutcome.Stopped>(await training);
        Assert.False(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_stall_after_an_order_to_stop_counts_as_a_stop()
    {
        var stage = new ConversationStage(new ScriptedTrainer { FrozenAt = typeof(TrainerCommand.Train) });
        var training = stage.TrainAsync();
        stage.Stop();
        Assert.IsType<TrainerOutcome.Stopped>((await stage.MoveAsync(training)).Outcome);
        Assert.False(stage.Conversation.IsUsable);
    }
}
