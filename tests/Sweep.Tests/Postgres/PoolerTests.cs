using Sweep.Client.Errors;
using Sweep.Simulation;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Postgres;

public sealed class PoolerTests(PostgresServer server)
{
    private const string NoPreparing = ";Max Auto Prepare=0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Behind_a_pooler_the_silo_and_the_command_line_name_the_setting_at_once()
    {
        var database = await server.NewDatabaseAsync();
        await using var pooler = await PgBouncer.StartAsync(database);
        await using var source = Database.Open(pooler.ConnectionString);
        var error = await Assert.ThrowsAsync<PoolerException>(() => Migrator.MigrateAsync(source, Cancellation));
        Assert.Contains("Max Auto Prepare=0", error.Message, StringComparison.Ordinal);
        var (code, _, line) = await Samples.RunAsync("list", "--postgres", pooler.ConnectionString);
        Assert.Equal(((int)ExitCode.Unreachable, $"sweep: --postgres: {error.Message}\n"), (code, line));
    }

    [Fact]
    public async Task With_that_setting_a_sweep_runs_behind_a_pooler_as_it_does_without_one()
    {
        var database = await server.NewDatabaseAsync();
        await using var pooler = await PgBouncer.StartAsync(database);
        var address = pooler.ConnectionString + NoPreparing;
        await using var silo = await TestSilo.StartAsync(server, new(), slots: 4, connectionString: address);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("pooled", silo.Dataset, trials: 40, checkpoint: new(Every: 0)));
        Assert.Equal(40, (await silo.EndAsync(id)).Succeeded);
        foreach (var line in (string[])[
            "list", "show pooled", "report pooled", "logs pooled/1", "export pooled --what epochs", "sql select(1)", "workers",
            "delete pooled --yes",
        ])
        {
            var (code, output, error) = await Samples.RunAsync([.. line.Split(' '), "--postgres", address]);
            Assert.True(code == 0, $"{line}: {error}{output}");
        }
    }
}
