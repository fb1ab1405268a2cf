using Sweep.Domain.Protocol;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Tests trainings that are judged at the end of their first epoch.</summary>
public sealed class JudgedTrainingTests
{
    private const int Epochs = ConversationStage.Epochs;

    [Fact]
    public async Task A_trainer_is_told_to_go_on_after_the_epoch_at_which_it_is_judged_and_after_no_other()
    {
        var stage = new ConversationStage { JudgedAt = [1] };
        stage.Trainer.EmitEpochs(1, Epochs);
        stage.Trainer.Emit(Events.Succeeded);
        Assert.IsType<TrainerOutcome.Succeeded>(await stage.TrainAsync());
        Assert.Equal([1], Assert.Single(stage.Trainer.Commands.OfType<TrainerCommand.Train>()).JudgedAt!);
        Assert.Single(stage.Trainer.Commands.OfType<TrainerCommand.GoOn>());
        Assert.True(stage.Conversation.IsUsable);
    }

    [Fact]
    public async Task A_trainer_that_is_stopped_where_it_is_judged_is_not_told_to_go_on()
    {
        ConversationStage? stage = null;
        stage = new ConversationStage(goesOn: _ =>
        {
            stage!.Stop();
            return Task.FromResult(false);
        })
        {
            JudgedAt = [1],
        };
        var training = stage.TrainAsync();
        stage.Trainer.EmitEpochs(1, 1);
        await stage.Trainer.ReceivedAsync<TrainerCommand.Stop>();
        stage.Trainer.Emit(new TrainerEvent.CheckpointWritten(1, 0), 7);
        stage.Trainer.Emit(new TrainerEvent.Stopped());
        Assert.IsType<TrainerOutcome.Stopped>(await training);
        Assert.Empty(stage.Trainer.Commands.OfType<TrainerCommand.GoOn>());
        Assert.Equal([(1, 0, 7)], stage.Recorded.Checkpoints);
        Assert.True(stage.Conversation.IsUsable);
    }
}
