using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Trainer;
using Sweep.Trainer.Data;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class TextWindowsTests
{
    [Theory]
    [InlineData(10, 476)]
    [InlineData(20, 474)]
    [InlineData(30, 472)]
    public void A_text_of_2386_characters_gives_the_published_numbers_of_validation_windows(int length, int expected)
    {
        using var text = Load(TrialOrders.Text(2386));
        using var windows = new TextWindows(text, Trial(length, SplitKind.Windows, 0.2, seed: 42));

        Assert.Equal(new WindowCounts(2386 - length - expected, expected), windows.Counts);
        Assert.Equal(
            Enumerable.Range(0, 2386 - length).Select(i => (long)i), Starts(windows.Training).Concat(Starts(windows.Validation)).Order());
    }

    [Fact]
    public void A_window_predicts_the_character_after_it()
    {
        using var scope = NewDisposeScope();
        using var text = Load("abcabd");
        using var windows = new TextWindows(text, Trial(2, SplitKind.Tail, 0.25, seed: 0));

        var (ids, targets) = windows.At(windows.Training);

        Assert.Equal([0L, 1, 1, 2, 2, 0], Starts(ids.reshape(-1)));
        Assert.Equal([2L, 0, 1], Starts(targets));
        Assert.Equal([3L], Starts(windows.At(windows.Validation).Targets));
    }

    [Fact]
    public void A_tail_split_trains_on_no_character_that_validation_predicts()
    {
        using var text = Load(TrialOrders.Text(500));
        using var windows = new TextWindows(text, Trial(10, SplitKind.Tail, 0.2, seed: 1));

        var lastTrained = Starts(windows.Training).Max() + 10;
        var firstPredicted = Starts(windows.Validation).Min() + 10;
        Assert.True(lastTrained < firstPredicted, $"Training reaches character {lastTrained}, validation predicts from {firstPredicted}.");
        Assert.Equal(98, Starts(windows.Validation).Length);
    }

    [Fact]
    public void The_order_of_an_epoch_depends_on_seed_and_epoch_alone()
    {
        using var scope = NewDisposeScope();
        using var text = Load(TrialOrders.Text(300));
        using var windows = new TextWindows(text, Trial(10, SplitKind.Windows, 0.2, seed: 1));
        var first = Starts(windows.ShuffledTraining(1, 0));

        rand(5);
        Assert.Equal(first, Starts(windows.ShuffledTraining(1, 0)));
        Assert.NotEqual(first, Starts(windows.ShuffledTraining(1, 1)));
        Assert.NotEqual(first, Starts(windows.ShuffledTraining(2, 0)));
        Assert.Equal(Starts(windows.Training).Order(), first.Order());
    }

    [Fact]
    public void Another_seed_holds_out_other_windows()
    {
        using var text = Load(TrialOrders.Text(300));
        using var one = new TextWindows(text, Trial(10, SplitKind.Windows, 0.2, seed: 1));
        using var same = new TextWindows(text, Trial(10, SplitKind.Windows, 0.2, seed: 1));
        using var other = new TextWindows(text, Trial(10, SplitKind.Windows, 0.2, seed: 2));

        Assert.Equal(Starts(one.Validation), Starts(same.Validation));
        Assert.NotEqual(Starts(one.Validation).Order(), Starts(other.Validation).Order());
    }

    [Fact]
    public void A_text_without_windows_for_training_and_validation_is_refused_with_its_numbers()
    {
        using var text = Load("abcdefghijk");
        var error = Assert.Throws<ImpossibleTrialException>(() => new TextWindows(text, Trial(10, SplitKind.Windows, 0.2, seed: 1)));
        Assert.Contains("11 characters with sequence length 10", error.Message);
    }

    [Fact]
    public void A_text_with_another_hash_or_of_other_bytes_is_refused()
    {
        Assert.Contains(
            "SHA-256", Assert.Throws<TrainerException>(() => TextDataset.Load("abc"u8.ToArray(), new string('0', 64), CPU)).Message);
        byte[] latin = [0x61, 0xE9, 0x61];
        Assert.Contains(
            "byte 1",
            Assert.Throws<TrainerException>(() => TextDataset.Load(latin, Convert.ToHexStringLower(SHA256.HashData(latin)), CPU)).Message);
    }

    [Theory]
    [InlineData(SplitKind.Random)]
    [InlineData(SplitKind.Tail)]
    public void Trials_of_every_length_and_seed_are_measured_on_the_same_characters(SplitKind split)
    {
        using var text = Load(TrialOrders.Text(500));
        var parts = new HashSet<string>();
        foreach (var (length, seed) in from length in new[] { 1, 5, 10, 30 } from seed in new[] { 1, 2, 3 } select (length, seed))
        {
            var trial = Trial(length, split, 0.2, seed) with { Test = 0.1, FirstTarget = 30, SplitSeed = 42 };
            using var scope = NewDisposeScope();
            using var windows = new TextWindows(text, trial);
            Assert.Equal(new WindowCounts(329, 94, 47), windows.Counts);
            parts.Add(string.Join(
                '|', new[] { windows.Training, windows.Validation, windows.Test }
                    .Select(part => string.Join(' ', Starts(part).Select(start => start + length)))));
            // Each window has the characters of the text that stand before the one that it predicts.
            var (ids, targets) = windows.At(windows.Test);
            var whole = Starts(text.Ids);
            foreach (var (row, start) in Starts(windows.Test).Index())
            {
                Assert.Equal(whole[(int)start..(int)(start + length)], Starts(ids[row]));
                Assert.Equal(whole[start + length], targets[row].item<long>());
            }
        }

        Assert.Single(parts);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(30)]
    public void The_windows_of_a_tail_split_do_not_reach_into_later_parts(int length)
    {
        using var text = Load(TrialOrders.Text(500));
        using var windows = new TextWindows(text, Trial(length, SplitKind.Tail, 0.2, seed: 1) with { Test = 0.1, FirstTarget = 30 });
        var (validation, test) = (Starts(windows.Validation).Min() + length, Starts(windows.Test).Min() + length);
        Assert.True(Starts(windows.Training).Max() + length < validation);
        Assert.True(Starts(windows.Validation).Max() + length < test);
        Assert.Equal((359, 453), (validation, test));
    }

    [Fact]
    public void A_split_by_windows_is_that_of_version_0_1_0_and_takes_its_test_from_the_end_of_the_same_order()
    {
        using var scope = NewDisposeScope();
        using var text = Load(TrialOrders.Text(310));
        // This is what version 0.1.0 did, and what torch's random_split does.
        using var generator = new TorchSharp.torch.Generator(42, CPU);
        var order = Starts(randperm(300, ScalarType.Int64, CPU, generator: generator));
        var old = Trial(10, SplitKind.Random, 0.2, seed: 42);
        using var stored = new TextWindows(text, old);
        Assert.Equal<long[]>([order[..240], order[240..]], [Starts(stored.Training), Starts(stored.Validation)]);
        Assert.Equal(0, stored.Test.shape[0]);

        using var tested = new TextWindows(text, old with { Split = SplitKind.Windows, Test = 0.1 });
        Assert.Equal<long[]>(
            [order[..210], order[210..270], order[270..]], [Starts(tested.Training), Starts(tested.Validation), Starts(tested.Test)]);
    }

    [Fact]
    public void A_tail_of_version_0_1_0_holds_out_the_last_of_the_trials_own_windows()
    {
        using var text = Load(TrialOrders.Text(310));
        using var windows = new TextWindows(text, Trial(10, SplitKind.Tail, 0.2, seed: 42));
        Assert.Equal(Enumerable.Range(0, 240).Select(start => (long)start), Starts(windows.Training));
        Assert.Equal(Enumerable.Range(240, 60).Select(start => (long)start), Starts(windows.Validation));
    }

    [Fact]
    public void A_first_target_with_too_little_text_before_it_is_refused()
    {
        using var text = Load(TrialOrders.Text(300));
        var trial = Trial(10, SplitKind.Tail, 0.2, seed: 1) with { FirstTarget = 9 };
        Assert.Contains("first target 9", Assert.Throws<ImpossibleTrialException>(() => new TextWindows(text, trial)).Message);
    }

    private static TrainerCommand.Train Trial(int length, SplitKind split, double validation, long seed) =>
        TrialOrders.Order(TrialOrders.Parameters(CellKind.Rnn) with { SequenceLength = length, Seed = seed }) with
        {
            Split = split,
            Validation = validation,
        };

    internal static TextDataset Load(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return TextDataset.Load(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), CPU);
    }

    private static long[] Starts(Tensor tensor) => tensor.contiguous().data<long>().ToArray();
}
