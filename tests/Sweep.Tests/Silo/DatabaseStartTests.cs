using Microsoft.Extensions.Hosting;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Silo.Hosting;
using Sweep.Tests.Postgres;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Silo;

/// <summary>Starts silos whose database comes later, goes away, hangs, or takes no writes.</summary>
public sealed class DatabaseStartTests(PostgresServer server)
{
    [Fact]
    public async Task A_database_that_comes_later_is_waited_for()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-silo-").FullName;
        using var silo = SiloRun.Start(PrivatePostgres.ConnectionStringOf(folder), []);
        await silo.SaysAsync("postgres: the database does not answer: ");
        await using (await PrivatePostgres.StartAsync(folder, durable: false, TestContext.Current.CancellationToken))
        {
            await silo.ReadyAsync();
            Assert.Contains("It is waited for, at most 60 s (--wait).", silo.Errors[0], StringComparison.Ordinal);
            Assert.All(silo.Errors.Skip(1), line => Assert.StartsWith("info: Sweep.", line, StringComparison.Ordinal));
            silo.Send(SiloRun.Terminate);
            Assert.Equal(0, await silo.EndAsync());
        }

        // The same server starts as a standby that is up to date and has no primary.
        await File.WriteAllTextAsync(Path.Combine(folder, "data", "standby.signal"), "", TestContext.Current.CancellationToken);
        await using (await PrivatePostgres.StartAsync(folder, durable: false, TestContext.Current.CancellationToken))
        {
            using var late = SiloRun.Start(PrivatePostgres.ConnectionStringOf(folder), []);
            await late.RefusesAsync(
                3, "postgres: the cluster's database cannot be used: It is a standby, which takes no writes. Name the primary, ");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_wait_for_a_database_that_does_not_come_ends_with_one_line()
    {
        using var silo = SiloRun.Start("Host=/nowhere", ["--wait", "0"]);
        await silo.RefusesAsync(3, "postgres: the cluster's database cannot be used: ");
        Assert.EndsWith("It was waited for 0 s (--wait).", silo.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_silo_ends_on_a_signal()
    {
        using var silo = SiloRun.Start("Host=/nowhere", []);
        await silo.SaysAsync("It is waited for");
        silo.Send(SiloRun.Terminate);
        Assert.Equal(0, await silo.EndAsync());
        Assert.Single(silo.Errors);
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_refused_in_one_line()
    {
        var database = await server.NewDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var change = source.CreateCommand(
                $"alter database {new NpgsqlConnectionStringBuilder(database).Database} set default_transaction_read_only = on");
            await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        using var silo = SiloRun.Start(database, []);
        await silo.RefusesAsync(
            3, "postgres: the cluster's database cannot be used: It takes no writes from this user: default_transaction_read_only is on.");
    }

    [Fact]
    public async Task A_second_signal_ends_a_silo_whose_database_does_not_answer()
    {
        var database = await server.NewDatabaseAsync();
        using var silo = SiloRun.Start(database, []);
        await silo.ReadyAsync();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand(
            "lock table workers, orleans_members, orleans_versions in access exclusive mode", connection);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        silo.Send(SiloRun.Terminate);
        await silo.SaysAsync("Draining");
        Assert.False(silo.HasEnded);
        // The silo counts two signals at once as one, since programs such as timeout send one to the process and one to its group.
        await Cluster.Poll.UntilAsync(
            () =>
            {
                silo.Send(SiloRun.Terminate);
                return Task.FromResult(silo.HasEnded);
            },
            "the silo to obey the second signal", () => string.Join('\n', silo.Errors));
        Assert.Equal(130, await silo.EndAsync());
        Assert.StartsWith("silo: it was told to end a second time and ends at once.", silo.Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_orderly_end_has_a_limit()
    {
        var ended = new TaskCompletionSource<(int Code, string Line)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var shutdown = new Shutdown(TimeSpan.FromMilliseconds(10), (code, line) => ended.TrySetResult((code, line)));
        using var host = new StoppingHost();
        shutdown.Govern(host);
        host.StopApplication();
        var (code, line) = await ended.Task.WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(130, code);
        Assert.StartsWith("silo: it was told to end ", line, StringComparison.Ordinal);
        // Service managers kill a silo 45 s after the signal to end.
        Assert.InRange(Shutdown.Limit.TotalSeconds, Shutdown.DrainLimit.TotalSeconds, 40);
    }

    private sealed class StoppingHost : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
