using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Attacks;

/// <summary>Tests a trial whose checkpoint was changed in the database.</summary>
[Collection("silos")]
public sealed class ChangedCheckpointTests(PostgresServer server)
{
    [Fact]
    public async Task A_changed_checkpoint_is_refused_and_the_trial_begins_again_to_the_same_numbers()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate, FinalCheckpoint = true });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("changed", silo.Dataset, trials: 1, retries: 0));
        gate.Release(4);
        await silo.UntilAsync(id, sweep => sweep.EpochsDone == 4, "four epochs");
        Assert.True((await silo.Sweep(id).Pause()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Paused, Running: 0 }, "nothing to run");
        Assert.Equal(
            [1],
            await silo.QueryAsync<int>(
                "with changed as (update checkpoints set data = '\\x09'::bytea where epoch = 4 returning 1) "
                    + "select count(*)::int from changed"));

        Assert.True((await silo.Sweep(id).Resume()).Accepted);
        gate.Release(100);
        var end = await silo.EndAsync(id);

        // The sweep allows no retry, so the new beginning did not count as one.
        Assert.Equal((1, 0, 10L), (end.Succeeded, end.Failed, end.EpochsDone));
        Assert.Equal(
            ["leased", "given back", "leased", "succeeded"], await silo.QueryAsync<string>("select event from trial_events order by id"));
        Assert.Equal([10L], await silo.QueryAsync<long>("select count(*) from epochs where attempt = 2"));
        await Poll.UntilAsync(
            async () => (await silo.QueryAsync<string>("select text from trial_logs where attempt = 2 order by line"))
                is [var refused, "trial 1000001, attempt 2 from epoch 0", ..]
                && refused.StartsWith("The checkpoint of trial 1/1 is damaged: found SHA-256 ", StringComparison.Ordinal)
                && refused.EndsWith(" The trial begins again.", StringComparison.Ordinal),
            "the log to say so");
    }

    [Fact]
    public async Task Text_is_not_generated_from_a_changed_checkpoint_nor_more_than_a_message_holds()
    {
        await using var silo = await TestSilo.StartAsync(server, new() { FinalCheckpoint = true });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("text", silo.Dataset, trials: 1));
        await silo.EndAsync(id);
        await silo.QueryAsync<int>("update checkpoints set data = '\\x09'::bytea");
        var reply = await silo.Generator.Generate(new(new TrialId(id, 1).Value, "to be", 10, 1, 1));
        Assert.Null(reply.Text);
        Assert.StartsWith($"The checkpoint of trial {id}/1 is damaged: found SHA-256 ", reply.Refusal, StringComparison.Ordinal);
        Assert.Single(reply.Refusal!.Split('\n'));

        foreach (var (prompt, length) in new[] { ("to be", 0), ("to be", 50_001), (new string('x', 10_001), 10) })
            Assert.Contains(
                "at most 10000 and from 1 to 50000 are possible",
                (await silo.Generator.Generate(new(1_000_001, prompt, length, 1, 1))).Refusal, StringComparison.Ordinal);
    }
}
