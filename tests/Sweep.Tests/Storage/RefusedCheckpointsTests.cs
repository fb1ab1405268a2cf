using Sweep.Domain.Trials;
using Sweep.Storage;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Tests what is freed when PostgreSQL refuses to free the checkpoint of one trial.</summary>
public sealed class RefusedCheckpointsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_is_refused_stays_and_the_others_are_freed(bool severalObjectives)
    {
        var spec = Spec($"refused-{severalObjectives}");
        if (severalObjectives)
            spec = spec with { Objectives = [new(Metric.ValLoss, Goal.Minimize), new(new("macs"), Goal.Minimize)] };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. Enumerable.Repeat(Parameters, 8)], Cancellation);
        for (var number = 1; number <= 8; number++)
        {
            var trial = new TrialId(id, number);
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
            await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, number))], Cancellation);
            await database.Attempts.WriteCheckpointAsync(trial, new(1, 1, 0, Hash([1]), [1]), Cancellation);
            await database.Trials.MoveAsync(Succeed(trial), Cancellation);
        }

        await database.RunAsync(
            $"""
            create or replace function not_here() returns trigger language plpgsql as $$
            begin raise insufficient_privilege using message = 'not here'; end $$;
            create trigger not_here before delete on checkpoints for each row when (old.trial_id = {id}000005) execute function not_here()
            """);
        for (var again = 1; again <= 2; again++)
        {
            var (trial, error) = Assert.Single(await FreeAsync());
            Assert.Equal((new TrialId(id, 5), "42501: not here"), (trial, error.Message));
            Assert.Equal(3, await database.CountAsync("checkpoints", $"trial_id in ({id}000001, {id}000002, {id}000005)"));
            Assert.Equal(3, await database.CountAsync("checkpoints", $"trial_id / 1000000 = {id}"));
        }

        await database.RunAsync("drop trigger not_here on checkpoints");
        Assert.Empty(await FreeAsync());
        Assert.Equal(2, await database.CountAsync("checkpoints", $"trial_id / 1000000 = {id}"));

        Task<IReadOnlyDictionary<TrialId, Exception>> FreeAsync() => severalObjectives
            ? new ObjectiveStore(database.Source).FreeCheckpointsAsync(id, 2, Cancellation)
            : database.Attempts.FreeCheckpointsAsync(id, 2, Cancellation);
    }
}
