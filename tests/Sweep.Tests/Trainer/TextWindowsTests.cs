using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Models;
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
        using var windows = new TextWindows(text, length, SplitKind.Random, 0.2, seed: 42);

        Assert.Equal(new WindowCounts(2386 - length - expected, expected), windows.Counts);
        Assert.Equal(
            Enumerable.Range(0, 2386 - length).Select(i => (long)i), Starts(windows.Training).Concat(Starts(windows.Validation)).Order());
    }

    [Fact]
    public void A_window_predicts_the_character_after_it()
    {
        using var scope = NewDisposeScope();
        using var text = Load("abcabd");
        using var windows = new TextWindows(text, 2, SplitKind.Tail, 0.25, seed: 0);

        var (ids, targets) = windows.At(windows.Training);

        Assert.Equal([0L, 1, 1, 2, 2, 0], Starts(ids.reshape(-1)));
        Assert.Equal([2L, 0, 1], Starts(targets));
        Assert.Equal([3L], Starts(windows.At(windows.Validation).Targets));
    }

    [Fact]
    public void A_tail_split_trains_on_no_character_that_validation_predicts()
    {
        using var text = Load(TrialOrders.Text(500));
        using var windows = new TextWindows(text, 10, SplitKind.Tail, 0.2, seed: 1);

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
        using var windows = new TextWindows(text, 10, SplitKind.Random, 0.2, seed: 1);
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
        using var one = new TextWindows(text, 10, SplitKind.Random, 0.2, seed: 1);
        using var same = new TextWindows(text, 10, SplitKind.Random, 0.2, seed: 1);
        using var other = new TextWindows(text, 10, SplitKind.Random, 0.2, seed: 2);

        Assert.Equal(Starts(one.Validation), Starts(same.Validation));
        Assert.NotEqual(Starts(one.Validation).Order(), Starts(other.Validation).Order());
    }

    [Fact]
    public void A_text_without_windows_for_training_and_validation_is_refused_with_its_numbers()
    {
        using var text = Load("abcdefghijk");
        var error = Assert.Throws<TrainerException>(() => new TextWindows(text, 10, SplitKind.Random, 0.2, seed: 1));
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

    internal static TextDataset Load(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return TextDataset.Load(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), CPU);
    }

    private static long[] Starts(Tensor tensor) => tensor.contiguous().data<long>().ToArray();
}
