using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Trainer;

public sealed class TrainerProgramTests
{
    private static readonly TrialParameters Small = TrialOrders.Parameters(CellKind.Lstm);
    private static readonly string Text = TrialOrders.Text(310);

    [Fact]
    public async Task A_trial_is_trained_and_reported_and_measured_and_its_checkpoint_is_sent()
    {
        using var trainer = new TrainerProgram();
        var ready = await trainer.ReceiveAsync<TrainerEvent.Ready>();
        Assert.Equal("cpu", ready.Message.Device);
        await trainer.Load(Text);
        await trainer.SendAsync(TrialOrders.Order(Small with { Epochs = 12 }));

        var (succeeded, _, before) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();

        var epochs = before.Select(pair => pair.Message).OfType<TrainerEvent.EpochFinished>().Select(epoch => epoch.Report).ToList();
        Assert.Equal(Enumerable.Range(1, 12), epochs.Select(epoch => epoch.Epoch));
        Assert.True(epochs[^1].TrainLoss < epochs[0].TrainLoss);
        Assert.All(epochs, epoch => Assert.InRange(epoch.ValAccuracy, 0, 1));
        var last = before[^1];
        Assert.Equal(new TrainerEvent.CheckpointWritten(12, 0), last.Message);
        var result = succeeded.Result;
        var shape = ModelShape.Of(Small, Vocabulary.Of(Text).Size);
        Assert.Equal((shape.Parameters, shape.Bytes, shape.Macs), (result.Parameters, result.ModelBytes, result.Macs));
        Assert.Equal((244, 61), (result.TrainingWindows, result.ValidationWindows));
        Assert.Equal(100, result.Sample.Length);
        Assert.All(result.Sample, character => Assert.Contains(character, Text));
        Assert.Equal(epochs.Sum(epoch => epoch.Seconds), result.EpochSeconds, 1e-5);
        Assert.Equal(epochs.Sum(epoch => result.TrainingWindows / epoch.SamplesPerSecond), result.TrainSeconds, 1e-5);
        Assert.InRange(result.InferenceMilliseconds, 1e-4, 1e4);
        Assert.InRange(result.InferenceWindowsPerSecond, 1, 1e9);
        Assert.InRange(result.PeakMemoryBytes, 20L << 20, 2L << 30);
        await trainer.Logged("attempt 1 of 1/1 starts on cpu: 310 characters");
    }

    [Fact]
    public async Task A_long_epoch_reports_how_far_it_is_before_it_ends()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(TrialOrders.Text(1_000_000));
        await trainer.SendAsync(TrialOrders.Order(Small with { HiddenSize = 64, SequenceLength = 50 }));
        var shares = new List<double>();
        while (shares.Count < 3 && await trainer.Next() is var (message, _))
        {
            Assert.IsNotType<TrainerEvent.EpochFinished>(message);
            if (message is TrainerEvent.Progress { Share: { } share })
                shares.Add(share);
        }

        Assert.Equal(shares.Distinct().Order(), shares);
        Assert.InRange(shares[^1], 1e-6, 1);
    }

    [Fact]
    public async Task What_is_in_the_test_part_of_the_text_changes_nothing_but_the_test_loss()
    {
        // The last tenth of the text is the test part. Turned round it has the same characters.
        var text = TrialOrders.Text(1_030);
        var order = WithTest with { Parameters = WithTest.Parameters with { Epochs = 10 } };
        var one = await TrainedAsync(order, text);
        var other = await TrainedAsync(order, text[..930] + string.Concat(text[930..].Reverse()));

        Assert.Equal(one.Epochs, other.Epochs);
        Assert.Equal(ResumeTests.Tensors(one.Checkpoint), ResumeTests.Tensors(other.Checkpoint));
        Assert.Equal((800, 100, 100), (one.Result.TrainingWindows, one.Result.ValidationWindows, one.Result.Test!.Windows));
        Assert.NotEqual(one.Result.Test.Loss, other.Result.Test!.Loss);
    }

    [Fact]
    public async Task The_test_is_measured_with_the_weights_of_the_best_epoch()
    {
        // Validation and test part are the same text, with the same characters before it.
        var (text, end) = (TrialOrders.Text(825), "dear hello kill dear " + TrialOrders.Text(79));
        var (epochs, _, result) = await TrainedAsync(WithTest, text + end[^5..] + end + end);

        var best = epochs.MinBy(epoch => epoch.ValLoss)!;
        Assert.True(best.Epoch < epochs.Count, $"the best of {epochs.Count} epochs is the last, which shows nothing");
        Assert.Equal(new Domain.Trials.TestResult(100, best.ValLoss, best.ValLossError, best.ValAccuracy), result.Test);
        Assert.InRange(result.Test!.LossError!.Value, 0.01, 1);
    }

    [Fact]
    public async Task A_trial_waits_where_it_is_judged_and_then_goes_on_or_stops_with_a_checkpoint_from_which_it_ends_the_same()
    {
        var text = TrialOrders.Text(1_030);
        var order = WithTest with { Parameters = WithTest.Parameters with { Epochs = 4 } };
        var whole = await TrainedAsync(order, text);

        using var trainer = new TrainerProgram();
        await trainer.Load(text);
        await trainer.SendAsync(order with { JudgedAt = [1, 2] });
        await trainer.ReceiveAsync<TrainerEvent.EpochFinished>();
        await trainer.SendAsync(new TrainerCommand.GoOn());
        var (second, _, between) = await trainer.ReceiveAsync<TrainerEvent.EpochFinished>();
        Assert.Equal((2, 0), (second.Report.Epoch, between.Count));
        // A late word to go on changes nothing after the stop, neither for this trial nor for the next.
        await trainer.SendAsync(new TrainerCommand.Stop(Checkpoint: true));
        await trainer.SendAsync(new TrainerCommand.GoOn());
        var (written, checkpoint, _) = await trainer.ReceiveAsync<TrainerEvent.CheckpointWritten>();
        Assert.Equal(new TrainerEvent.CheckpointWritten(2, 0), written);
        await trainer.ReceiveAsync<TrainerEvent.Stopped>();

        await trainer.Load(checkpoint);
        await trainer.SendAsync(order with { JudgedAt = [1, 2] });
        var (_, _, after) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        Assert.Equal(ResumeTests.Tensors(whole.Checkpoint), ResumeTests.Tensors(after[^1].Payload));
    }

    [Theory]
    [InlineData(CellKind.Rnn)]
    [InlineData(CellKind.Lstm)]
    [InlineData(CellKind.Gru)]
    public async Task A_killed_trial_goes_on_elsewhere_and_ends_with_the_same_bits(CellKind cell)
    {
        var order = TrialOrders.Order(
            TrialOrders.Parameters(cell) with { HiddenSize = 64, SequenceLength = 20, Epochs = 4, Layers = 2, Dropout = 0.2 },
            checkpointEvery: 0);
        var text = TrialOrders.Text(1000);
        var (expectedLosses, expected) = await Whole(order, text);

        using var killed = new TrainerProgram();
        await killed.Load(text);
        await killed.SendAsync(order);
        await killed.ReceiveAsync<TrainerEvent.CheckpointWritten>();
        var second = await killed.ReceiveAsync<TrainerEvent.CheckpointWritten>();
        killed.Kill();
        Assert.Equal(2, second.Message.Epoch);
        Assert.DoesNotContain(await killed.Rest(), message => message is TrainerEvent.Succeeded);

        using var other = new TrainerProgram();
        await other.Load(text);
        await other.Load(second.Payload);
        await other.SendAsync(order with { Attempt = 2 });
        var (_, _, received) = await other.ReceiveAsync<TrainerEvent.Succeeded>();

        Assert.Equal(ResumeTests.Tensors(expected), ResumeTests.Tensors(received[^1].Payload));
        Assert.Equal(expectedLosses.Skip(2), Losses(received));
        await other.Logged("resumed after epoch 2 and step 0");

        static async Task<((int, double, double)[] Losses, byte[] Checkpoint)> Whole(TrainerCommand.Train order, string text)
        {
            using var trainer = new TrainerProgram();
            await trainer.Load(text);
            await trainer.SendAsync(order);
            var (_, _, received) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
            return (Losses(received), received[^1].Payload);
        }

        static (int, double, double)[] Losses(List<(TrainerEvent Message, byte[] Payload)> received) =>
            [
                .. received.Select(one => one.Message).OfType<TrainerEvent.EpochFinished>()
                    .Select(epoch => (epoch.Report.Epoch, epoch.Report.TrainLoss, epoch.Report.ValLoss)),
            ];
    }

    [Fact]
    public async Task A_stopped_trial_answers_at_once_with_a_checkpoint_if_asked_and_the_process_serves_the_next()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        await trainer.SendAsync(TrialOrders.Order(Small with { Epochs = 100_000 }));
        await trainer.ReceiveAsync<TrainerEvent.EpochFinished>();
        await trainer.SendAsync(new TrainerCommand.Stop(Checkpoint: true));
        var (_, _, before) = await trainer.ReceiveAsync<TrainerEvent.Stopped>();
        Assert.IsType<TrainerEvent.CheckpointWritten>(before[^1].Message);

        await trainer.SendAsync(TrialOrders.Order(Small with { Epochs = 100_000 }));
        await trainer.ReceiveAsync<TrainerEvent.EpochFinished>();
        await trainer.SendAsync(new TrainerCommand.Stop(Checkpoint: false));
        (_, _, before) = await trainer.ReceiveAsync<TrainerEvent.Stopped>();
        Assert.DoesNotContain(before, received => received.Message is TrainerEvent.CheckpointWritten);

        await trainer.SendAsync(TrialOrders.Order(Small));
        await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
    }

    [Fact]
    public async Task A_loss_that_is_not_finite_fails_the_trial_with_epoch_and_learning_rate()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        await trainer.SendAsync(TrialOrders.Order(Small with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e30, FullyConnected = [8] }));

        var (failed, _, before) = await trainer.ReceiveAsync<TrainerEvent.Failed>();

        Assert.Equal(FailureReason.Diverged, failed.Reason);
        Assert.Matches(@"^Epoch \d+: the (training|validation) loss is .* with learning rate 1E\+30\.", failed.Message);
        Assert.DoesNotContain(before, received => received.Message is TrainerEvent.CheckpointWritten);
    }

    [Fact]
    public async Task A_wrong_trial_fails_with_its_reason_and_the_process_serves_the_next()
    {
        using var trainer = new TrainerProgram();
        await trainer.SendAsync(TrialOrders.Order(Small));
        Assert.Contains("No text is loaded", await Failure(trainer, FailureReason.TrainerError));

        await trainer.SendAsync(new TrainerCommand.LoadDataset(new string('0', 64)), [97, 98]);
        await trainer.SendAsync(TrialOrders.Order(Small));
        Assert.Contains("The text's SHA-256", await Failure(trainer, FailureReason.TrainerError));

        await trainer.Load(Text);
        await trainer.SendAsync(new TrainerCommand.LoadCheckpoint(new string('0', 64)), [1, 2, 3]);
        await trainer.SendAsync(TrialOrders.Order(Small));
        Assert.Contains("The checkpoint is damaged", await Failure(trainer, FailureReason.TrainerError));

        await trainer.Load([1, 2, 3]);
        await trainer.SendAsync(TrialOrders.Order(Small));
        Assert.Contains("The checkpoint is damaged", await Failure(trainer, FailureReason.TrainerError));

        await trainer.SendAsync(TrialOrders.Order(Small with { SequenceLength = 310 }));
        Assert.Contains("gives 0 training", await Failure(trainer, FailureReason.Impossible));

        await trainer.SendAsync(TrialOrders.Order(Small with { HiddenSize = 1_000_000 }));
        await Failure(trainer, FailureReason.OutOfMemory);

        await trainer.SendAsync(TrialOrders.Order(Small));
        await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
    }

    [Fact]
    public async Task Text_is_generated_from_a_checkpoint_alone_and_the_same_again_with_the_same_seed()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        await trainer.SendAsync(TrialOrders.Order(Small));
        var checkpoint = (await trainer.ReceiveAsync<TrainerEvent.Succeeded>()).Before[^1].Payload;
        using var other = new TrainerProgram();

        var first = await Generate("hell", seed: 1);
        Assert.StartsWith("hell", first);
        Assert.Equal(44, first.Length);
        Assert.Equal(first, await Generate("hell", seed: 1));
        Assert.NotEqual(first, await Generate("hell", seed: 2));

        // Without a prompt a text is generated from the beginning of the trained text, as with the same characters for a prompt.
        await other.Load(Text);
        var beginning = Text[..Small.SequenceLength];
        Assert.Equal(await Generate(beginning, seed: 1), await Generate("", seed: 1));

        await other.Load(checkpoint);
        await other.SendAsync(new TrainerCommand.Generate("hé? é", 40, 0.8, 1));
        Assert.Contains("characters that the text has not: 'é' '?'.", await Failure(other, FailureReason.TrainerError));
        await other.Load(checkpoint);
        await other.SendAsync(new TrainerCommand.Generate("hell", 40, 0, 1));
        Assert.Contains("temperature: found 0", await Failure(other, FailureReason.TrainerError));
        await other.SendAsync(new TrainerCommand.Generate("hell", 40, 1, 1));
        Assert.Contains("No checkpoint is loaded", await Failure(other, FailureReason.TrainerError));

        async Task<string> Generate(string prompt, long seed)
        {
            await other.Load(checkpoint);
            await other.SendAsync(new TrainerCommand.Generate(prompt, 40, 0.8, seed));
            return (await other.ReceiveAsync<TrainerEvent.Generated>()).Message.Text;
        }
    }

    [Fact]
    public async Task The_sample_is_generated_by_the_best_epoch_of_the_objective()
    {
        // At this learning rate the last epoch is not the best: the lowest and the highest loss are those of different epochs, whose
        // samples differ.
        var order = TrialOrders.Order(Small with { Epochs = 30, LearningRate = 0.1 });
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        var samples = new HashSet<string>();
        foreach (var objective in new[] { TrialOrders.LowestLoss, new Objective(Metric.ValLoss, Goal.Maximize) })
        {
            await trainer.SendAsync(order with { Objective = objective });
            samples.Add((await trainer.ReceiveAsync<TrainerEvent.Succeeded>()).Message.Result.Sample);
        }

        Assert.Equal(2, samples.Count);
    }

    [Fact]
    public async Task Memory_stays_flat_over_many_trials()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        await Trials(6);
        var before = trainer.ResidentBytes;
        await Trials(15);

        // Trials that kept their models in memory would add more than 3 MB each.
        Assert.InRange(trainer.ResidentBytes - before, long.MinValue, 30L << 20);

        async Task Trials(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await trainer.SendAsync(TrialOrders.Order(
                    Small with { HiddenSize = 256, Epochs = 1, BatchSize = null, Cell = (CellKind)(i % 3) }));
                await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
            }
        }
    }

    private static TrainerCommand.Train WithTest => TrialOrders.Order(Small with { Epochs = 30, LearningRate = 0.05, Dropout = 0 }) with
    {
        Split = SplitKind.Tail,
        Validation = 0.1,
        Test = 0.1,
        FirstTarget = 30,
        SplitSeed = 1,
    };

    /// <summary>Trains to the end. The times of the epochs are left out.</summary>
    private static async Task<(List<EpochMetrics> Epochs, byte[] Checkpoint, TrialResult Result)> TrainedAsync(
        TrainerCommand.Train order, string text)
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(text);
        await trainer.SendAsync(order);
        var (succeeded, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        await trainer.Logged("800 training and 100 validation windows and 100 for the test");
        var epochs = heard.Select(one => one.Message).OfType<TrainerEvent.EpochFinished>()
            .Select(epoch => epoch.Report with { Seconds = 0, SamplesPerSecond = 0 });
        return ([.. epochs], heard[^1].Payload, succeeded.Result);
    }

    private static async Task<string> Failure(TrainerProgram trainer, FailureReason expected)
    {
        var failed = (await trainer.ReceiveAsync<TrainerEvent.Failed>()).Message;
        Assert.Equal(expected, failed.Reason);
        return failed.Message;
    }
}
