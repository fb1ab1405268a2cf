using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Trials;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class BestEpochTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public void In_whatever_order_epochs_arrive_the_best_one_has_the_lowest_finite_score_that_is_stored()
    {
        var report = from epoch in Gen.Choose(1, 8)
                     from loss in Gen.Elements(1.0, 1.5, 2.0, 2.5, 3.0, double.NaN, double.PositiveInfinity)
                     select Epoch(epoch, loss);
        var batches = report.ListOf(5).ListOf(6);
        Prop.ForAll(
            batches.ToArbitrary(),
            given => Assert.True(HoldsAsync([.. given.Select(batch => batch.ToArray())]).GetAwaiter().GetResult()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    private async Task<bool> HoldsAsync(EpochMetrics[][] batches)
    {
        var trial = await database.AddRunningTrialAsync();
        // The store drops epochs beyond a gap, so that all epochs are stored first and the batches replace them.
        await database.Attempts.WriteEpochsAsync([.. Enumerable.Range(1, 8).Select(epoch => Row(trial, 1, Epoch(epoch, double.NaN)))]);
        foreach (var batch in batches)
            await database.Attempts.WriteEpochsAsync([.. batch.Select(report => Row(trial, 1, report))]);
        var stored = await database.Reader.EpochsAsync(trial.Sweep, 1).Select(row => row.Metrics.Model!).ToListAsync();
        var best = stored.Where(report => double.IsFinite(report.ValLoss))
            .OrderBy(report => report.ValLoss)
            .ThenBy(report => report.Epoch)
            .FirstOrDefault();
        var summary = await database.SummaryAsync(trial);
        return (summary.Best, summary.BestValue, summary.BestScore, summary.EpochsDone)
            == (best, best?.ValLoss, best?.ValLoss, stored.Select(report => report.Epoch).DefaultIfEmpty().Max());
    }
}
