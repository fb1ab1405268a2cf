using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Trainer.Results;

namespace Sweep.Tests.Trainer;

public sealed class PeakMemoryTests
{
    [Fact]
    public async Task A_small_trial_after_a_large_one_in_the_same_process_has_its_own_peak_memory()
    {
        var small = TrialOrders.Parameters(CellKind.Lstm);
        var large = small with { HiddenSize = 512, SequenceLength = 30, BatchSize = null, Epochs = 1 };
        using var trainer = new TrainerProgram();
        var text = TrialOrders.Text(1_000);
        await trainer.Load(text);
        var before = await Peak(small);
        var most = await Peak(large);
        var after = await Peak(small);

        // The large trial keeps the values of 30 steps of 776 windows for its gradients, more than 300 MB.
        Assert.True(most > before + (300L << 20), $"{before >> 20} MB, then {most >> 20} MB");
        Assert.True(after < before + ((most - before) / 4), $"{before >> 20} MB, {most >> 20} MB, {after >> 20} MB");
        // What plan says holds for another machine and another heap too, if not as exactly as where its factors were measured.
        Assert.InRange((double)Planned(small) / before, 0.6, 1.6);
        Assert.InRange((double)Planned(large) / most, 0.6, 1.6);

        long Planned(TrialParameters parameters) => TrainingMemory.Peak(
            ModelShape.Of(parameters, Vocabulary.Of(text).Size), parameters.Optimizer, parameters.BatchSize,
            WindowCounts.Of(text.Length, parameters.SequenceLength, validation: 0.2), text.Length);

        async Task<long> Peak(TrialParameters parameters)
        {
            await trainer.SendAsync(TrialOrders.Order(parameters));
            return (await trainer.ReceiveAsync<TrainerEvent.Succeeded>()).Message.Result.PeakMemoryBytes;
        }
    }

    [Fact]
    public void Where_the_mark_cannot_be_reset_the_memory_is_sampled()
    {
        const int Length = 256 << 20;
        using var memory = new PeakMemory("/proc/nowhere/clear_refs");
        var before = memory.Bytes;
        var block = new byte[Length];
        block.AsSpan().Fill(1);
        var full = memory.Bytes;
        GC.KeepAlive(block);

        Assert.True(full > before + (Length / 2), $"{before >> 20} MB, then {full >> 20} MB");
    }
}
