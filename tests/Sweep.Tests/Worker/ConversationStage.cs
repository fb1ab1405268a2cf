using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;
using Sweep.Simulation;

namespace Sweep.Tests.Worker;

/// <summary>A conversation with a scripted trainer and a clock that a test moves.</summary>
internal sealed class ConversationStage
{
    public const int Epochs = 3;
    public const int StallLimit = 60;
    public const string Text = "text";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="goesOn">Answers whether the training goes on where it is judged.</param>
    public ConversationStage(ScriptedTrainer? trainer = null, Func<int, Task<bool>>? goesOn = null)
    {
        Recorded = goesOn is null ? new() : new() { GoesOn = goesOn };
        Trainer = trainer ?? new();
        Conversation = new(Trainer, Time);
        Begin(Recorded);
    }

    public ScriptedTrainer Trainer { get; }

    public FakeTimeProvider Time { get; } = new();

    public TrainerConversation Conversation { get; }

    public RecordedTraining Recorded { get; }

    /// <summary>The epochs at whose ends the training is judged; null for none.</summary>
    public IReadOnlyList<int>? JudgedAt { get; init; }

    private TrainerCommand.Train Command
    {
        get
        {
            var spec = SimulatedSweep.Spec("conversation", Text, trials: 1, Epochs);
            var parameters = SearchMethods.For(spec).Trials().Single().ForModel();
            return new(1, 1, parameters, SplitKind.Random, 0.2, spec.Objective, CheckpointEvery: 0, JudgedAt: JudgedAt);
        }
    }

    private TaskCompletionSource<TrainerCommand.Stop> Stopping { get; set; } = NeverStopped();

    public static StoredCheckpoint Checkpoint(int epoch) => new(Attempt: 1, epoch, Step: 0, Sha256: "checkpoint", [7]);

    /// <summary>Begins a training that has not been ordered to stop.</summary>
    public void Begin(ITrainingListener listener)
    {
        Stopping = NeverStopped();
        Conversation.Begin(listener, new(TimeSpan.FromSeconds(StallLimit), Time));
    }

    public Task LoadTextAsync(string sha256 = Text) => Conversation.LoadTextAsync(sha256, [1, 2, 3], TestContext.Current.CancellationToken);

    public Task LoadCheckpointAsync(int epoch) =>
        Conversation.LoadCheckpointAsync(Checkpoint(epoch), TestContext.Current.CancellationToken);

    public void Stop(bool checkpoint = true) => Stopping.SetResult(new(checkpoint));

    public Task<TrainerOutcome> TrainAsync() => TrainUntilAsync(CancellationToken.None);

    public Task<TrainerOutcome> TrainUntilAsync(CancellationToken cut) =>
        Conversation.TrainAsync(Command, Stopping.Task, cut).WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Starts a training, and waits until these epochs are received and the next event is awaited.</summary>
    public async Task<Task<TrainerOutcome>> TrainingAsync(int epochs = 0)
    {
        Trainer.EmitEpochs(1, epochs);
        var training = TrainAsync();
        for (var asked = 0; asked <= epochs; asked++)
            await Trainer.AskedAsync();
        return training;
    }

    /// <summary>Moves the clock until the training ends. Returns its outcome and how long it took.</summary>
    public async Task<(TrainerOutcome Outcome, TimeSpan After)> MoveAsync(Task<TrainerOutcome> training)
    {
        var began = Time.GetUtcNow();
        while (!training.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(training, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        return (await training, Time.GetUtcNow() - began);
    }

    private static TaskCompletionSource<TrainerCommand.Stop> NeverStopped() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
