using Sweep.Domain.Sweeps;
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
        await SucceedAsync(id, spec, trials: 8);
        await RefuseAsync($"old.trial_id = {id}000005");
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

    [Fact]
    public async Task Of_many_all_are_tried_until_a_hundred_are_refused()
    {
        const int Trials = 130;
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await SucceedAsync(id, Spec($"many-{id}"), Trials);
        await RefuseAsync($"old.trial_id / 1000000 = {id}");
        Assert.Equal(100, (await database.Attempts.FreeCheckpointsAsync(id, 2, Cancellation)).Count);
        Assert.Equal(Trials, await database.CountAsync("checkpoints", $"trial_id / 1000000 = {id}"));
        await database.RunAsync("drop trigger not_here on checkpoints");
        // The best two are kept. Of the others the last two are refused, and the first ones are freed all the same.
        await RefuseAsync($"old.trial_id > {id}000128");
        Assert.Equal(2, (await database.Attempts.FreeCheckpointsAsync(id, 2, Cancellation)).Count);
        Assert.Equal(4, await database.CountAsync("checkpoints", $"trial_id / 1000000 = {id}"));
        await database.RunAsync("drop trigger not_here on checkpoints");
    }

    private async Task SucceedAsync(int id, SweepSpec spec, int trials)
    {
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. Enumerable.Repeat(Parameters, trials)], Cancellation);
        for (var number = 1; number <= trials; number++)
        {
            var trial = new TrialId(id, number);
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
            await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, number))], Cancellation);
            await database.Attempts.WriteCheckpointAsync(trial, new(1, 1, 0, Hash([1]), [1]), Cancellation);
            await database.Trials.MoveAsync(Succeed(trial), Cancellation);
        }
    }

    private Task RefuseAsync(string condition) => database.RunAsync(
        $"""
        create or replace function not_here() returns trigger language plpgsql as $$
        begin raise insufficient_privilege using message = 'not here'; end $$;
        create trigger not_here before delete on checkpoints for each row when ({condition}) execute function not_here()
        """);
}
