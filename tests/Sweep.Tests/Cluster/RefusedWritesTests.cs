using System.Text.RegularExpressions;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

/// <summary>Tests a real PostgreSQL that refuses a trial's writes.</summary>
[Collection("silos")]
public sealed class RefusedWritesTests(PostgresServer server)
{
    [Fact]
    public async Task A_trial_whose_epoch_is_refused_fails_with_the_message_of_the_database_and_the_others_go_on()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        await silo.QueryAsync<int>("alter table epochs add constraint not_here check (trial_id % 1000000 <> 2 or epoch <> 3)");
        var end = await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("refused", silo.Dataset, trials: 6, retries: 1)));
        Assert.Equal((5, 1, 52L), (end.Succeeded, end.Failed, end.EpochsDone));
        Assert.Equal(
            ["requeued storage_refused", "failed storage_refused"],
            await silo.QueryAsync<string>("select event || ' ' || reason from trial_events where reason is not null order by id"));
        Assert.Contains(
            "23514: new row for relation \"epochs\" violates check constraint \"not_here\"",
            (await silo.QueryAsync<string>("select reason from trials where state = 'failed'")).Single(), StringComparison.Ordinal);
        Assert.Equal(WorkerState.Active, (await silo.WorkerAsync(_ => true, "a worker")).State);
    }

    [Fact]
    public async Task A_trial_whose_result_is_refused_fails_alone()
    {
        await using var silo = await TestSilo.StartAsync(server, new(), slots: 4);
        await silo.QueryAsync<int>("alter table trials add constraint not_here check (number <> 2 or state <> 'succeeded')");
        var end = await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("result", silo.Dataset, trials: 8, retries: 0)));
        Assert.Equal((SweepState.Completed, 7, 1), (end.State, end.Succeeded, end.Failed));
        Assert.Contains(
            "not_here", (await silo.QueryAsync<string>("select reason from trials where state = 'failed'")).Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_that_is_refused_fails_its_trial()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        await silo.QueryAsync<int>("alter table checkpoints add constraint not_here check (trial_id % 1000000 <> 2)");
        var end = await silo.EndAsync(await silo.SubmitAsync(
            SimulatedSweep.Spec("checkpoint", silo.Dataset, trials: 4, retries: 0, checkpoint: new(Every: 0))));
        Assert.Equal((3, 1), (end.Succeeded, end.Failed));
    }

    [Fact]
    public async Task A_trial_whose_rows_cannot_be_written_loses_nothing_and_goes_on_when_they_can_be()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        await silo.QueryAsync<int>(
            "create function no() returns trigger language plpgsql as $$ begin raise insufficient_privilege using message = 'not here'; "
                + "end $$; create trigger no before update on trials execute function no()");
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("closed", silo.Dataset, trials: 3, retries: 0));
        using var http = silo.Http;
        await Poll.UntilAsync(
            async () => Regex.IsMatch(
                await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken),
                "sweep_storage_failures_total\\{kind=\"refused\"\\} [1-9]"),
            "a refusal");
        await silo.QueryAsync<int>("drop trigger no on trials");
        var end = await silo.EndAsync(id);
        Assert.Equal((3, 0), (end.Succeeded, end.Failed));
        Assert.Equal([0], await silo.QueryAsync<int>("select distinct failures + losses from trials"));
    }
}
