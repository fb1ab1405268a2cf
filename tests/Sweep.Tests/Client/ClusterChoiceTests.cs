using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage.Connections;

namespace Sweep.Tests.Client;

public sealed class ClusterChoiceTests
{
    [Theory]
    [InlineData(
        "postgresql://ada:s%40fe@db.example:6543/sweep?sslmode=require", "postgresql://ada:s%40fe@db.example:6543/sweep?sslmode=require")]
    [InlineData("postgresql://postgres@/sweep?host=/var/lib/sweep", "postgresql://postgres@/sweep?host=/var/lib/sweep")]
    [InlineData("Host=db;Username=ada;Database=sweep", "postgresql://ada@db:5432/sweep")]
    public void A_database_may_be_named_by_a_uri_or_by_keywords(string text, string uri) =>
        Assert.Equal(uri, PostgresAddress.ToUri(PostgresAddress.Parse(text)));

    [Fact]
    public void Text_is_UTF_8_whatever_the_address_says()
    {
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(
            ClusterChoice.From("Host=db;Client Encoding=LATIN1;Encoding=iso-8859-1").ConnectionString);
        Assert.Equal(("UTF8", "UTF8"), (settings.ClientEncoding, settings.Encoding));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Hots=db")]
    [InlineData("Database=sweep")]
    [InlineData("postgresql://db:port/sweep")]
    public void An_address_that_is_neither_is_refused_without_repeating_it(string text) =>
        Assert.StartsWith("--postgres: ", Assert.Throws<WrongInputException>(() => ClusterChoice.From(text)).Message);

    [Theory]
    [InlineData("Host=/a,/b;Database=sweep", "primary")]
    [InlineData("Host=/a,/b;Database=sweep;Target Session Attributes=any", "primary")]
    [InlineData("Host=/a,/b;Database=sweep;Target Session Attributes=prefer-primary", "primary")]
    [InlineData("Host=/a,/b;Database=sweep;Target Session Attributes=read-write", "read-write")]
    [InlineData("Host=/a;Database=sweep;Target Session Attributes=primary", null)]
    public void Of_several_hosts_the_primary_is_chosen(string text, string? target) =>
        Assert.Equal(target, new Npgsql.NpgsqlConnectionStringBuilder(ClusterChoice.From(text).ConnectionString).TargetSessionAttributes);

    [Fact]
    public void A_standby_is_refused_since_clients_and_silos_write() => Assert.Equal(
        "--postgres: found Target Session Attributes=standby; " +
            "silos and clients write, so write Target Session Attributes=primary or leave it out.",
        Assert.Throws<WrongInputException>(
            () => ClusterChoice.From("Host=/a,/b;Database=sweep;Target Session Attributes=standby")).Message);

    [Fact]
    public void Options_of_a_private_silo_are_refused_for_a_cluster_of_other_silos() => Assert.StartsWith(
        "--slots: it is for the silo of a private cluster",
        Assert.Throws<WrongInputException>(() => ClusterChoice.From("Host=db", machine: ["--slots", "2"])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_folder_has_one_owner_at_a_time()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-home-").FullName;
        try
        {
            var (one, other) = (new SweepHome(folder), new SweepHome(folder));
            using (one.TryLock())
                Assert.Null(other.TryLock());
            using var free = other.TryLock();
            Assert.NotNull(free);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_with_its_name() => Assert.StartsWith(
        "SWEEP_HOME: found /proc/sweep/x, ",
        Assert.Throws<LocalClusterException>(() => new SweepHome("/proc/sweep/x").TryLock()).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(nameof(ClusterPurpose.Run), nameof(ClusterPurpose.Command), true, nameof(JoinDecision.Join))]
    [InlineData(nameof(ClusterPurpose.Run), nameof(ClusterPurpose.Command), false, nameof(JoinDecision.Wait))]
    [InlineData(nameof(ClusterPurpose.Run), nameof(ClusterPurpose.Run), true, nameof(JoinDecision.Refuse))]
    [InlineData(nameof(ClusterPurpose.Run), nameof(ClusterPurpose.Up), true, nameof(JoinDecision.Refuse))]
    [InlineData(nameof(ClusterPurpose.Up), nameof(ClusterPurpose.Run), true, nameof(JoinDecision.Join))]
    [InlineData(nameof(ClusterPurpose.Up), nameof(ClusterPurpose.Command), true, nameof(JoinDecision.Join))]
    [InlineData(nameof(ClusterPurpose.Up), nameof(ClusterPurpose.Up), true, nameof(JoinDecision.Refuse))]
    [InlineData(nameof(ClusterPurpose.Command), nameof(ClusterPurpose.Run), true, nameof(JoinDecision.Wait))]
    [InlineData(nameof(ClusterPurpose.Command), nameof(ClusterPurpose.Command), true, nameof(JoinDecision.Wait))]
    public void The_owner_of_a_folder_decides_whether_another_process_joins_waits_or_is_refused(
        string owner, string wanted, bool ready, string expected)
    {
        var mark = new ClusterOwner(Environment.ProcessId, Enum.Parse<ClusterPurpose>(owner), "Host=x", ready, null);
        Assert.Equal(Enum.Parse<JoinDecision>(expected), JoinRule.Decide(mark, Enum.Parse<ClusterPurpose>(wanted)));
    }

    [Fact]
    public void A_folder_whose_owner_is_gone_or_not_yet_recorded_is_waited_for()
    {
        Assert.Equal(JoinDecision.Wait, JoinRule.Decide(null, ClusterPurpose.Run));
        Assert.Equal(JoinDecision.Wait, JoinRule.Decide(new(int.MaxValue, ClusterPurpose.Run, "", true, null), ClusterPurpose.Run));
    }
}
