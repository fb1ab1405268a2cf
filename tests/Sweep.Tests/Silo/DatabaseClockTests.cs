using Npgsql;
using Sweep.Silo.Monitoring;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Silo;

public sealed class DatabaseClockTests(PostgresServer server)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, null, true)]
    [InlineData(-4, null, true)]
    [InlineData(-20, "this machine's clock is 20 s behind the database's; set it (NTP: timedatectl set-ntp true)", true)]
    [InlineData(30, "this machine's clock is 30 s ahead of the database's; set it (NTP: timedatectl set-ntp true)", true)]
    [InlineData(-320, "this machine's clock is 320 s behind the database's; set it (NTP: timedatectl set-ntp true)", false)]
    [InlineData(320, "this machine's clock is 320 s ahead of the database's; set it (NTP: timedatectl set-ntp true)", false)]
    public void A_difference_is_logged_from_five_seconds_on_and_refused_from_four_minutes_on(int ahead, string? complaint, bool bearable)
    {
        var clock = new DatabaseClock();
        clock.Measure(Noon.AddSeconds(ahead), Noon, Noon.AddSeconds(ahead));
        Assert.Equal((complaint, bearable), (clock.Complaint, clock.IsBearable));
    }

    [Fact]
    public void A_slow_answer_does_not_count_as_a_difference()
    {
        var clock = new DatabaseClock();
        clock.Measure(Noon, Noon.AddSeconds(9), Noon.AddSeconds(10));
        Assert.Null(clock.Complaint);
    }

    [Theory]
    [InlineData(320, "s behind the database's; set it (NTP")]
    [InlineData(-320, "s ahead of the database's; set it (NTP")]
    public async Task A_silo_whose_clock_is_minutes_off_does_not_join(int seconds, string message)
    {
        using var silo = await StartAsync(seconds);
        await silo.RefusesAsync(3, message);
        const string refusal = "postgres: the cluster's database cannot be used: "
            + "This machine's clock would have silos declared dead that live: ";
        Assert.StartsWith(refusal, silo.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_clock_is_seconds_off_logs_it_and_joins()
    {
        using var silo = await StartAsync(20);
        await silo.ReadyAsync();
        Assert.Matches("^silo: this machine's clock is (19|20) s behind the database's; set it", silo.Errors[0]);
    }

    /// <summary>Starts a silo on a database whose clock is this many seconds ahead of the machine's.</summary>
    private async Task<SiloRun> StartAsync(int seconds)
    {
        var database = await server.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await using var change = source.CreateCommand(
            $"""
            create schema moved;
            create function moved.clock_timestamp() returns timestamptz language sql as
              'select pg_catalog.clock_timestamp() + interval ''{seconds} seconds''';
            alter database {new NpgsqlConnectionStringBuilder(database).Database} set search_path = public, moved, pg_catalog
            """);
        await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return SiloRun.Start(database, []);
    }
}
