using System.Text.Json;
using Sweep.Security;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.Security;

namespace Sweep.Tests.Monitoring;

public sealed class ServiceDiscoveryTests(PostgresServer server)
{
    [Fact]
    public async Task Every_silo_lists_all_silos_where_their_metrics_are()
    {
        await using var first = await TestSilo.StartAsync(server, new());
        await using var second = await TestSilo.StartAsync(server, new(), connectionString: first.ConnectionString, role: "worker");
        foreach (var asked in new[] { first, second })
        {
            var groups = await ListedAsync(asked, 2);
            Assert.Equal(new[] { first, second }.Select(silo => silo.Http.BaseAddress!.Authority).Order(), groups.Keys.Order());
            Assert.All(groups.Values, labels => Assert.Equal(["host", "instance", "role"], labels.Keys.Order()));
            Assert.All(groups.Values, labels => Assert.Equal(Environment.MachineName, labels["host"]));
            Assert.Equal("worker", groups[second.Http.BaseAddress!.Authority]["role"]);
            Assert.Equal("both", groups[first.Http.BaseAddress!.Authority]["role"]);
        }

        // Silos of other tests in this process have an instrument of the same name, and the exporter answers from a cache for a moment.
        var metrics = "";
        await Poll.UntilAsync(
            async () => (metrics = await first.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
                .Contains("sweep_silos{state=\"active\"} 2", StringComparison.Ordinal),
            "two active silos",
            () => string.Join(", ", metrics.Split('\n').Where(line => line.StartsWith("sweep_silos", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_silo_that_has_stopped_in_order_is_not_listed_any_more()
    {
        await using var first = await TestSilo.StartAsync(server, new());
        var second = await TestSilo.StartAsync(server, new(), connectionString: first.ConnectionString);
        await ListedAsync(first, 2);
        await second.DisposeAsync();
        Assert.Equal([first.Http.BaseAddress!.Authority], (await ListedAsync(first, 1)).Keys);
    }

    [Fact]
    public async Task A_request_from_another_machine_gets_only_targets_that_can_be_reached_from_there()
    {
        using var certificates = new TestCertificates();
        var (own, folder) = (OwnAddress.Find().ToString(), certificates.Issue(CertificateRole.Silo));
        await using var inside = await TestSilo.StartAsync(
            server, new(), change: options => (options.Address, options.Certificates) = (own, folder));
        await using var open = await TestSilo.StartAsync(
            server, new(), connectionString: inside.ConnectionString,
            change: options => (options.Address, options.Certificates, options.HttpAddress) = (own, folder, "0.0.0.0"));
        var port = open.Http.BaseAddress!.Port;
        Assert.Equal(
            [inside.Http.BaseAddress!.Authority, $"{own}:{port}"],
            (await ListedAsync(inside, 2)).Keys.OrderBy(target => target.StartsWith(own, StringComparison.Ordinal)));
        using var elsewhere = new HttpClient();
        using var listed = JsonDocument.Parse(await elsewhere.GetStringAsync(
            $"http://{own}:{port}/sd", TestContext.Current.CancellationToken));
        Assert.Equal([$"{own}:{port}"], listed.RootElement.EnumerateArray().Select(group => group.GetProperty("targets")[0].GetString()));
    }

    /// <summary>Waits until this many targets are listed, and returns the labels of each.</summary>
    private static async Task<Dictionary<string, Dictionary<string, string>>> ListedAsync(TestSilo silo, int count)
    {
        Dictionary<string, Dictionary<string, string>> found = [];
        await Poll.UntilAsync(
            async () => (found = JsonDocument.Parse(await silo.Http.GetStringAsync("/sd", TestContext.Current.CancellationToken))
                .RootElement.EnumerateArray()
                .ToDictionary(
                    group => group.GetProperty("targets").EnumerateArray().Single().GetString()!,
                    group => group.GetProperty("labels").EnumerateObject()
                        .ToDictionary(label => label.Name, label => label.Value.GetString()!)))
                .Count == count,
            $"{count} targets",
            () => string.Join(", ", found.Keys));
        return found;
    }
}
