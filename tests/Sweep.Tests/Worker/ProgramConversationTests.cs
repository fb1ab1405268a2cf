using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>The conversation with a runner of programs.</summary>
public sealed class ProgramConversationTests
{
    private readonly ScriptedTrainer _runner = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedTraining _recorded = new();
    private readonly TaskCompletionSource<TrainerCommand.Stop> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_may_end_before_its_last_epoch_and_its_runner_runs_the_next()
    {
        var conversation = Begun();
        await conversation.LoadFolderAsync("folder", [1], Cancellation);
        await conversation.LoadFolderAsync("folder", [1], Cancellation);
        _runner.Emit(Reported(1));
        _runner.Emit(Reported(2));
        _runner.Emit(new TrainerEvent.CheckpointWritten(2, 0), 7);
        _runner.Emit(new TrainerEvent.ProgramEnded(new(1, 2, 3)));
        Assert.Equal(new TrainerOutcome.ProgramEnded(2, new(1, 2, 3)), await RunAsync(conversation));
        Assert.Equal([1, 2], _recorded.Epochs);
        Assert.Equal([(2, 0, 7)], _recorded.Checkpoints);
        Assert.True(conversation.IsUsable);
        Assert.Equal([typeof(TrainerCommand.LoadFolder), typeof(TrainerCommand.RunProgram)], _runner.Commands.Select(c => c.GetType()));
    }

    [Fact]
    public async Task Without_a_limit_of_epochs_a_program_reports_as_many_as_it_likes()
    {
        for (var epoch = 1; epoch <= 100; epoch++)
            _runner.Emit(Reported(epoch));
        _runner.Emit(new TrainerEvent.ProgramEnded(new(1, 1, 1)));
        Assert.Equal(100, Assert.IsType<TrainerOutcome.ProgramEnded>(await RunAsync(Begun(), epochs: null)).Epochs);
    }

    public static TheoryData<TrainerEvent> Nonsense => new((TrainerEvent[])[
        Reported(2),
        Reported(1) with { Metrics = new Dictionary<string, double> { ["other"] = 1 } },
        Reported(1) with { Metrics = new Dictionary<string, double> { ["f1"] = 1, ["other"] = double.NaN } },
        new TrainerEvent.ProgramEnded(new(1, 1, 1)),
        new TrainerEvent.EpochFinished(new(1, 1, 1, 1, 1, 1, 1)),
        new TrainerEvent.Succeeded(Storage.StorageDatabase.Result),
    ]);

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task What_a_runner_must_not_send_fails_the_attempt_and_ends_the_runner(TrainerEvent sent)
    {
        _runner.Emit(sent);
        var conversation = Begun();
        var failed = Assert.IsType<TrainerOutcome.Failed>(await RunAsync(conversation));
        Assert.Equal(FailureReason.TrainerError, failed.Reason);
        Assert.StartsWith("After epoch 0 of 3 the trainer sent ", failed.Message, StringComparison.Ordinal);
        Assert.False(conversation.IsUsable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_has_its_grace_to_stop_and_its_runner_some_seconds_more(bool checkpoint)
    {
        var running = RunAsync(Begun(), grace: 60);
        await _runner.ReceivedAsync<TrainerCommand.RunProgram>();
        _stop.SetResult(new(checkpoint));
        await _runner.ReceivedAsync<TrainerCommand.Stop>();
        _time.Advance(TimeSpan.FromSeconds(70));
        Assert.Null(_runner.Death);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.IsType<TrainerOutcome.Stopped>(await running);
        Assert.Equal("killed", _runner.Death);
    }

    private static TrainerEvent.Reported Reported(int epoch) => new(epoch, 0.5, new Dictionary<string, double> { ["f1"] = epoch });

    private TrainerConversation Begun()
    {
        var conversation = new TrainerConversation(_runner, _time);
        conversation.Begin(_recorded, StallWatch.None);
        return conversation;
    }

    private Task<TrainerOutcome> RunAsync(TrainerConversation conversation, int? epochs = 3, double grace = 20) => conversation.RunAsync(
        new(
            "sweep/1", 1, ["./train"], "{}", Seed: 1, new Objective(new("f1"), Goal.Maximize),
            new ProgramSpec(["./train"], StopGrace: grace), epochs, CheckpointEvery: 0),
        _stop.Task,
        Cancellation).WaitAsync(Cluster.Poll.Patience, Cancellation);
}
