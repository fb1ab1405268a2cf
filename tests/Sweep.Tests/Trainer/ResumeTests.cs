using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Training;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class ResumeTests
{
    public static TheoryData<CellKind, OptimizerKind, int> Trials() =>
        new MatrixTheoryData<CellKind, OptimizerKind, int>(Enum.GetValues<CellKind>(), Enum.GetValues<OptimizerKind>(), [1, 2]);

    /// <summary>
    /// Stops a training of two epochs, each of 8 shuffled steps and one validation batch: in the first epoch, in its validation, and in the
    /// second epoch.
    /// </summary>
    [Theory]
    [MemberData(nameof(Trials))]
    public void A_stopped_training_goes_on_bit_for_bit(CellKind cell, OptimizerKind optimizer, int layers)
    {
        var parameters = TrialOrders.Parameters(cell) with
        {
            Optimizer = optimizer,
            Layers = layers,
            Dropout = 0.3,
            FullyConnected = [6],
            WeightDecay = 0.01,
            GradientClipping = 0.5,
        };
        var whole = Train(parameters, from: null, stopAt: int.MaxValue);
        Assert.Equal(2, whole.Epochs.Count);

        foreach (var question in new[] { 0, 3, 8, 12 })
        {
            var before = Train(parameters, from: null, question);
            var after = Train(parameters, before.Checkpoints[^1], int.MaxValue);

            Assert.False(before.Finished);
            Assert.True(after.Finished);
            Assert.Equal(Losses(whole), Losses(before).Concat(Losses(after)));
            Assert.Equal(Tensors(whole.Checkpoints[^1]), Tensors(after.Checkpoints[^1]));
            Assert.Equal(Header(whole).Best, Header(after).Best);
        }
    }

    [Fact]
    public void A_training_can_be_resumed_from_the_checkpoint_of_each_epoch()
    {
        var parameters = TrialOrders.Parameters(CellKind.Gru) with { Epochs = 5 };
        var whole = Train(parameters, from: null, int.MaxValue, checkpointEvery: 0);

        Assert.Equal(5, whole.Checkpoints.Count);
        foreach (var checkpoint in whole.Checkpoints)
            Assert.Equal(Tensors(whole.Checkpoints[^1]), Tensors(Train(parameters, checkpoint, int.MaxValue).Checkpoints[^1]));
    }

    [Fact]
    public void A_checkpoint_within_an_epoch_holds_the_whole_way()
    {
        var parameters = TrialOrders.Parameters(CellKind.Lstm) with { Dropout = 0.3, Layers = 2 };
        var whole = Train(parameters, from: null, int.MaxValue, checkpointEvery: 5, new StandingClock { Step = TimeSpan.FromSeconds(1) });

        var within = whole.Checkpoints.Where(file => CheckpointHeader.Of(new SafeTensorsFile(file)).Step > 0).ToList();
        Assert.True(within.Count > 1, $"{within.Count} of {whole.Checkpoints.Count} checkpoints were written within an epoch");
        foreach (var checkpoint in within)
            Assert.Equal(Tensors(whole.Checkpoints[^1]), Tensors(Train(parameters, checkpoint, int.MaxValue).Checkpoints[^1]));
    }

    [Fact]
    public void Large_checkpoints_are_written_less_often_than_ordered_and_the_last_one_always()
    {
        // Each checkpoint has 8.4 MB. After the first one the next is not yet due while no time passes.
        var parameters = TrialOrders.Parameters(CellKind.Rnn) with { HiddenSize = 512, Epochs = 3 };
        Assert.Equal([1, 3], Epochs(new StandingClock()));
        Assert.Equal([1, 2, 3], Epochs(new StandingClock { Step = TimeSpan.FromSeconds(1) }));

        IEnumerable<int> Epochs(TimeProvider clock) =>
            Train(parameters, from: null, int.MaxValue, checkpointEvery: 0, clock).Checkpoints
                .Select(file => CheckpointHeader.Of(new SafeTensorsFile(file)).Epoch);
    }

    [Fact]
    public void The_seconds_before_and_after_a_resume_are_counted_once()
    {
        var parameters = TrialOrders.Parameters(CellKind.Rnn);
        var before = Train(parameters, from: null, stopAt: 12);
        var after = Train(parameters, before.Checkpoints[^1], int.MaxValue);

        var expected = before.Epochs.Concat(after.Epochs).Sum(report => report.Seconds);
        Assert.Equal(expected, Header(after).Seconds, 1e-5);
    }

    [Fact]
    public void The_parts_of_the_times_before_and_after_a_resume_are_counted_once()
    {
        var parameters = TrialOrders.Parameters(CellKind.Rnn);
        var whole = Train(parameters, from: null, int.MaxValue, clock: new StandingClock { Step = TimeSpan.FromSeconds(1) });
        var before = Train(parameters, from: null, stopAt: 12, clock: new StandingClock { Step = TimeSpan.FromSeconds(1) });
        var spent = Sweep.Trainer.NativeProcess.ProcessorTime.TotalSeconds;
        var after = Train(parameters, before.Checkpoints[^1], int.MaxValue, clock: new StandingClock { Step = TimeSpan.FromSeconds(1) });
        spent = Sweep.Trainer.NativeProcess.ProcessorTime.TotalSeconds - spent;

        EpochMetrics[] epochs = [.. before.Epochs, .. after.Epochs];
        var (header, times) = (Header(after), Header(after).Times!);
        var training = epochs.Sum(epoch => TrainingWindows(parameters) / epoch.SamplesPerSecond);
        Assert.Equal(training, header.Seconds - times.Validation, 1e-9);
        Assert.Equal(epochs.Sum(epoch => epoch.Seconds) - training, times.Validation, 1e-9);
        Assert.Equal(Header(whole).Times!.Validation, times.Validation, 1e-9);
        Assert.True(times is { TrainProcessor: > 0, ValidationProcessor: > 0, StepProcessor: 0 });
        var earlier = Header(before).Times!;
        Assert.InRange(
            times.TrainProcessor + times.ValidationProcessor,
            earlier.TrainProcessor + earlier.ValidationProcessor + earlier.StepProcessor,
            earlier.TrainProcessor + earlier.ValidationProcessor + earlier.StepProcessor + spent);
    }

    [Fact]
    public void A_trial_that_an_earlier_version_began_ends_with_the_sum_of_its_epochs_and_without_the_parts()
    {
        var parameters = TrialOrders.Parameters(CellKind.Rnn);
        var before = Train(parameters, from: null, stopAt: 12);
        var earlier = WithoutNewMembers(before.Checkpoints[^1]);
        var after = Train(parameters, earlier, int.MaxValue);

        Assert.Equal(2, Header(after).Epoch);
        Assert.Null(Header(after).Times);
        Assert.Equal(before.Epochs.Concat(after.Epochs).Sum(report => report.Seconds), Header(after).Seconds, 1e-5);
        Assert.Equal(Tensors(Train(parameters, from: null, int.MaxValue).Checkpoints[^1]), Tensors(after.Checkpoints[^1]));
    }

    [Fact]
    public void A_checkpoint_of_another_trial_is_refused()
    {
        var parameters = TrialOrders.Parameters(CellKind.Rnn);
        var checkpoint = Train(parameters, from: null, stopAt: 3).Checkpoints[^1];

        var error = Assert.Throws<Sweep.Trainer.TrainerException>(
            () => Train(parameters with { HiddenSize = 9 }, checkpoint, int.MaxValue));
        Assert.Contains("another trial", error.Message);
    }

    private static Outcome Train(
        TrialParameters parameters, byte[]? from, int stopAt, double checkpointEvery = 1000, TimeProvider? clock = null)
    {
        using var scope = NewDisposeScope();
        using var text = TextWindowsTests.Load(TrialOrders.Text(310));
        var trial = TrialOrders.Order(parameters, checkpointEvery);
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, CPU);
        if (from is not null)
            state.Load(new SafeTensorsFile(from));
        var outcome = new Outcome();
        var questions = 0;
        outcome.Finished = new TrainingLoop(
            trial,
            windows,
            state,
            clock ?? TimeProvider.System,
            outcome.Receive,
            () => questions++ == stopAt ? new TrainerCommand.Stop(Checkpoint: true) : null).Run();
        return outcome;
    }

    private static int TrainingWindows(TrialParameters parameters)
    {
        using var text = TextWindowsTests.Load(TrialOrders.Text(310));
        var trial = TrialOrders.Order(parameters);
        using var windows = new TextWindows(text, trial);
        return windows.Counts.Training;
    }

    /// <summary>The checkpoint as version 0.1.0 wrote it.</summary>
    private static byte[] WithoutNewMembers(byte[] checkpoint) => WithHeader(checkpoint, header =>
    {
        Assert.True(header.Remove("times") && header.Remove("environment"));
    });

    /// <summary>The checkpoint with a changed header.</summary>
    internal static byte[] WithHeader(byte[] checkpoint, Action<JsonObject> change)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(checkpoint);
        var file = JsonNode.Parse(checkpoint.AsSpan(sizeof(long), length))!.AsObject();
        var metadata = file["__metadata__"]!.AsObject();
        var header = JsonNode.Parse(metadata["sweep-checkpoint-1"]!.GetValue<string>())!.AsObject();
        change(header);
        metadata["sweep-checkpoint-1"] = header.ToJsonString();
        var text = Encoding.UTF8.GetBytes(file.ToJsonString());
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. checkpoint[(sizeof(long) + length)..]];
    }

    private static (int, double, double, double)[] Losses(Outcome outcome) =>
        [.. outcome.Epochs.Select(report => (report.Epoch, report.TrainLoss, report.ValLoss, report.ValAccuracy))];

    private static CheckpointHeader Header(Outcome outcome) => CheckpointHeader.Of(new SafeTensorsFile(outcome.Checkpoints[^1]));

    /// <summary>Returns the bytes of all tensors, without the header, which holds times.</summary>
    internal static byte[] Tensors(byte[] checkpoint) =>
        checkpoint[(sizeof(long) + (int)BinaryPrimitives.ReadInt64LittleEndian(checkpoint))..];

    /// <summary>A clock that advances by a step each time that it is read.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Step { get; init; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks += Step.Ticks;
    }

    private sealed class Outcome
    {
        public bool Finished { get; set; }

        public List<EpochMetrics> Epochs { get; } = [];

        public List<byte[]> Checkpoints { get; } = [];

        public void Receive(TrainerEvent message, byte[] payload)
        {
            if (message is TrainerEvent.EpochFinished epoch)
                Epochs.Add(epoch.Report);
            else if (message is TrainerEvent.CheckpointWritten)
                Checkpoints.Add(payload);
        }
    }
}
