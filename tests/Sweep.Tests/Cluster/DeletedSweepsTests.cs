using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

public sealed class DeletedSweepsTests(PostgresServer server)
{
    [Fact]
    public async Task Rows_that_an_interrupted_delete_has_left_are_removed_by_the_next_silo()
    {
        var database = await server.NewDatabaseAsync();
        await using (var source = Database.Open(database))
        {
            await Migrator.MigrateAsync(source, TestContext.Current.CancellationToken);
            await using var left = source.CreateCommand("""
                insert into deleted_sweeps values (7, clock_timestamp() - interval '2 minutes'), (8, clock_timestamp());
                insert into trials (id, sweep_id, number, params, state)
                select id, id / 1000000, id % 1000000, '{}', 'succeeded' from generate_series(7000001, 7001500) id;
                insert into trials (id, sweep_id, number, params, state) values (8000001, 8, 1, '{}', 'succeeded')
                """);
            await left.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var silo = await TestSilo.StartAsync(server, new(), connectionString: database);
        await Poll.UntilAsync(
            async () => await silo.QueryAsync<int>("select id from deleted_sweeps") is [8], "the older one to be removed");
        // The command that deleted sweep 8 a moment ago may still be erasing its rows, so the silo leaves them alone.
        Assert.Equal([8_000_001L], await silo.QueryAsync<long>("select id from trials"));
    }
}
