using Npgsql;
using Sweep.Client.Errors;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Postgres;

public sealed class FullServerTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_waits_for_the_next_connection_when_the_server_has_none_left()
    {
        var worker = await WorkerAsync(connections: 1);
        await using var other = NpgsqlDataSource.Create(worker + ";Pooling=false");
        var taken = await other.OpenConnectionAsync(Cancellation);
        await using var source = Database.Open(worker);
        var asking = new SweepReader(source).ListAsync(Cancellation);
        await Poll.UntilAsync(async () => await RefusedAsync(other), "the server to be full");
        Assert.False(asking.IsCompleted);
        await taken.DisposeAsync();
        Assert.Empty(await asking.WaitAsync(Poll.Patience, Cancellation));
    }

    [Fact]
    public async Task A_sweep_runs_to_its_end_where_silo_and_commands_share_four_connections()
    {
        var worker = await WorkerAsync(connections: 4);
        await using var silo = await TestSilo.StartAsync(server, new(), slots: 2, connectionString: worker);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("narrow", silo.Dataset, trials: 10, checkpoint: new(Every: 0)));
        var commands = Enumerable.Range(0, 5).Select(_ => Samples.RunAsync("show", "narrow", "--postgres", worker)).ToArray();
        Assert.All(await Task.WhenAll(commands), answer => Assert.Equal((int)ExitCode.Done, answer.Code));
        // The few connections are waited for again and again, so the sweep is slow, but it must lose nothing.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while ((await silo.OverviewAsync(id)).State == SweepState.Running)
            await Task.Delay(200, patience.Token);
        Assert.Equal(10, (await silo.OverviewAsync(id)).Succeeded);
    }

    /// <summary>Returns the connection string of a worker's user who may have this many connections at once.</summary>
    private async Task<string> WorkerAsync(int connections)
    {
        var administrator = await server.NewDatabaseAsync();
        await using var source = Database.Open(administrator);
        await Migrator.MigrateAsync(source, Cancellation);
        var worker = await PostgresServer.NewUserAsync(administrator, "sweep_worker");
        await using var limit = source.CreateCommand(
            $"alter role {new NpgsqlConnectionStringBuilder(worker).Username} connection limit {connections}");
        await limit.ExecuteNonQueryAsync(Cancellation);
        return worker;
    }

    private static async Task<bool> RefusedAsync(NpgsqlDataSource source)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(Cancellation);
            return false;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return true;
        }
    }
}
