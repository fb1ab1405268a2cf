using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Storage;

/// <summary>Starts real silos, which find each other through the membership tables.</summary>
public sealed class MembershipTests(PostgresServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_and_clients_find_the_silos_and_notice_when_one_stops()
    {
        var connectionString = await MigratedAsync();
        using var first = await SiloAsync(connectionString);
        using var second = await SiloAsync(connectionString);
        using var client = Host.CreateDefaultBuilder()
            .ConfigureLogging(logging => logging.ClearProviders())
            .UseOrleansClient(builder => builder
                .Configure<ClusterOptions>(Name)
                .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString)))
            .Build();
        await client.StartAsync(Cancellation);

        var management = client.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0);
        Assert.Equal(2, (await management.GetHosts(onlyActive: true, Cancellation)).Count(host => host.Value == SiloStatus.Active));

        var gone = second.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var membership = first.Services.GetRequiredService<IClusterMembershipService>();
        await second.StopAsync(Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(limit.Token))
        {
            if (snapshot.Members[gone].Status == SiloStatus.Dead)
                break;
        }

        Assert.Equal(1, (await management.GetHosts(onlyActive: true, Cancellation)).Count(host => host.Value == SiloStatus.Active));
        await client.StopAsync(Cancellation);
        await first.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Silos_get_changes_again_after_a_standby_that_lacks_the_last_ones_took_over()
    {
        var connectionString = await MigratedAsync();
        await using var source = Database.Open(connectionString);
        using var first = await SiloAsync(connectionString);
        using var second = await SiloAsync(connectionString);
        var membership = first.Services.GetRequiredService<IClusterMembershipService>();
        var gone = second.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var cluster = first.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ClusterOptions>>().Value.ClusterId;
        await using var lose = source.CreateCommand("update orleans_versions set version = 1");
        await lose.ExecuteNonQueryAsync(Cancellation);

        var store = new MembershipStore(source);
        Assert.True(await store.CatchUpAsync(cluster, membership.CurrentSnapshot.Version.Value, Cancellation));
        Assert.False(await store.CatchUpAsync(cluster, membership.CurrentSnapshot.Version.Value, Cancellation));
        await second.StopAsync(Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limit);
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(limit.Token))
        {
            if (snapshot.Members[gone].Status == SiloStatus.Dead)
                break;
        }

        await first.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_change_that_names_an_old_version_is_refused_whole()
    {
        using var silo = await SiloAsync(await MigratedAsync());
        // A silo that runs would change the table too as soon as it finds members that do not answer.
        await silo.StopAsync(Cancellation);
        var table = silo.Services.GetRequiredService<IMembershipTable>();
        var read = await table.ReadAllAsync(Cancellation);
        var version = read.Version;
        var entry = Entry(1);

        Assert.True(await table.InsertRowAsync(entry, version.Next(), Cancellation));
        Assert.False(await table.InsertRowAsync(Entry(2), version.Next(), Cancellation));
        Assert.False(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Cancellation)).Version.Next(), Cancellation));
        var stored = await table.ReadAllAsync(Cancellation);
        Assert.Equal((version.Version + 1, 2), (stored.Version.Version, stored.Members.Count));

        var (_, etag) = (await table.ReadRowAsync(entry.SiloAddress, Cancellation)).Members.Single();
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Entry(3).SiloAddress, entry.StartTime);
        Assert.False(await table.UpdateRowAsync(entry, etag, version.Next(), Cancellation));
        Assert.False(await table.UpdateRowAsync(Entry(4), etag, stored.Version.Next(), Cancellation));
        Assert.True(await table.UpdateRowAsync(entry, etag, stored.Version.Next(), Cancellation));
        var (changed, _) = (await table.ReadRowAsync(entry.SiloAddress, Cancellation)).Members.Single();
        Assert.Equal((SiloStatus.Dead, 1, entry.StartTime), (changed.Status, changed.SuspectTimes?.Count, changed.StartTime));

        entry.IAmAliveTime = entry.StartTime.AddMinutes(5);
        await table.UpdateIAmAliveAsync(entry, Cancellation);
        Assert.Equal(entry.IAmAliveTime, (await table.ReadRowAsync(entry.SiloAddress, Cancellation)).Members.Single().Item1.IAmAliveTime);
        Assert.Empty((await table.ReadRowAsync(Entry(5).SiloAddress, Cancellation)).Members);

        await table.CleanupDefunctSiloEntriesAsync(entry.StartTime.AddHours(1), Cancellation);
        Assert.Single((await table.ReadAllAsync(Cancellation)).Members);
        await table.DeleteMembershipTableEntriesAsync(ClusterId, Cancellation);
        await table.InitializeMembershipTableAsync(true, Cancellation);
        var empty = await table.ReadAllAsync(Cancellation);
        Assert.Equal((0, 0), (empty.Version.Version, empty.Members.Count));
    }

    [Fact]
    public async Task Of_many_changes_to_the_same_version_one_is_stored()
    {
        using var silo = await SiloAsync(await MigratedAsync());
        // A silo that runs would change the table too as soon as it finds members that do not answer.
        await silo.StopAsync(Cancellation);
        var table = silo.Services.GetRequiredService<IMembershipTable>();
        var version = (await table.ReadAllAsync(Cancellation)).Version;
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => table.InsertRowAsync(Entry(i), version.Next(), Cancellation)));
        Assert.Single(answers, stored => stored);
        Assert.Equal(2, (await table.ReadAllAsync(Cancellation)).Members.Count);
    }

    private const string ClusterId = "tests";

    private static void Name(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (ClusterId, "sweep");

    private static MembershipEntry Entry(int generation) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111), generation),
        HostName = "host",
        SiloName = $"silo-{generation}",
        Status = SiloStatus.Created,
        StartTime = DateTime.UnixEpoch,
        IAmAliveTime = DateTime.UnixEpoch,
        SuspectTimes = [],
    };

    private async Task<string> MigratedAsync()
    {
        var connectionString = await server.NewDatabaseAsync();
        await using var source = Database.Open(connectionString);
        await Migrator.MigrateAsync(source, Cancellation);
        return connectionString;
    }

    private static async Task<IHost> SiloAsync(string connectionString)
    {
        var host = Host.CreateDefaultBuilder()
            .ConfigureLogging(logging => logging.ClearProviders())
            .UseOrleans(builder => builder
                .Configure<ClusterOptions>(Name)
                .Configure<EndpointOptions>(options => (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) =
                    (IPAddress.Loopback, FreePort(), FreePort()))
                .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString)))
            .Build();
        await host.StartAsync(Cancellation);
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
