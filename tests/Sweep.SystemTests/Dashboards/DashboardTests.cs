using Npgsql;
using Sweep.Dashboards;
using Sweep.Processes;

namespace Sweep.SystemTests.Dashboards;

/// <summary>Tests every panel of every dashboard with a real cluster.</summary>
public sealed class DashboardTests
{
    private static readonly TimeSpan ScrapeLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_query_of_every_panel_returns_rows_and_the_lost_silo_raises_its_alarms()
    {
        PrometheusServer.SkipWithout("prometheus");
        await using var cluster = await WatchedCluster.StartAsync();
        var wrong = new List<string>();
        foreach (var dashboard in Dashboard.ReadAll(Path.Combine(BuiltPrograms.Repository, "grafana", "dashboards")))
        {
            var expansion = await VariablesAsync(cluster, dashboard);
            foreach (var query in dashboard.Queries)
            {
                var text = expansion.Expand(query.Text);
                if (text.Contains("from fronts", StringComparison.Ordinal))
                    text = text.Replace($"'{WatchedCluster.Sweep}'", $"'{WatchedCluster.Front}'", StringComparison.Ordinal);
                if (await ProblemAsync(cluster, query, text) is { } problem)
                    wrong.Add($"{dashboard.Name}, {query.Panel}: {problem}\n{query.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));

        await LostSiloAsync(cluster);
        var rules = (await cluster.Prometheus.GetAsync("/api/v1/rules")).GetProperty("groups")
            .EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Equal("ok", rule.GetProperty("health").GetString()));
        await MetricNamesAsync(cluster);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => cluster.ReadAsync("delete from epochs"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    /// <summary>Chooses the watched sweep and its best trial from the values that the dashboard's own variables offer.</summary>
    private static async Task<QueryExpansion> VariablesAsync(WatchedCluster cluster, Dashboard dashboard)
    {
        var values = new Dictionary<string, string>();
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        foreach (var variable in dashboard.Variables.Where(variable => variable.GetProperty("type").GetString() == "query"))
        {
            var offered = (await cluster.ReadAsync(
                    new QueryExpansion(values, from, to).Expand(variable.GetProperty("query").GetString()!)))
                .Select(row => (string)row[0]!)
                .ToList();
            var name = variable.GetProperty("name").GetString()!;
            values[name] = name == "sweep" ? offered.Single(sweep => sweep == WatchedCluster.Sweep) : offered[0];
        }

        return new(values, from, to);
    }

    /// <summary>
    /// Returns what is wrong with the answer to a query; null when nothing is. It waits for series that Prometheus has not scraped yet.
    /// </summary>
    private static async Task<string?> ProblemAsync(WatchedCluster cluster, PanelQuery query, string text)
    {
        try
        {
            if (query.DatasourceType == Dashboard.Prometheus)
            {
                await Waiting.UntilAsync(
                    "a number", ScrapeLimit, async () => await cluster.Prometheus.SeriesAsync(text, query.Instant) > 0);
                return null;
            }

            var rows = await cluster.ReadAsync(text);
            return rows.Count == 0 ? "no rows"
                : query.PanelType is not "table" && rows.All(row => row.Contains(null)) && query.PanelType is not "trend" ? "only nulls"
                : rows.All(row => row.All(value => value is null)) ? "only nulls" : null;
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or Xunit.Sdk.XunitException)
        {
            return error.Message;
        }
    }

    private static async Task LostSiloAsync(WatchedCluster cluster)
    {
        var listed = await new HttpClient().GetStringAsync($"http://127.0.0.1:{cluster.Port}/sd");
        Assert.Contains(cluster.LostSilo, listed, StringComparison.Ordinal);
        await Waiting.UntilAsync("the lost silo to be down in Prometheus", ScrapeLimit, async () =>
            await cluster.Prometheus.SeriesAsync($"up{{job=\"sweep\", instance=\"{cluster.LostSilo}\"}} == 0", instant: true) == 1);
        foreach (var (alert, state) in new[] { ("WorkerLost", "firing"), ("WorkerDown", "pending|firing") })
        {
            await Waiting.UntilAsync($"{alert} to be {state}", ScrapeLimit, async () =>
                await cluster.Prometheus.SeriesAsync($"ALERTS{{alertname=\"{alert}\", alertstate=~\"{state}\"}}", instant: true) > 0);
        }
    }

    /// <summary>promtool must not complain about any metric of Sweep.</summary>
    private static async Task MetricNamesAsync(WatchedCluster cluster)
    {
        var metrics = await new HttpClient().GetStringAsync($"http://127.0.0.1:{cluster.Port}/metrics");
        Assert.Contains("\nsweep_", metrics, StringComparison.Ordinal);
        var (_, output) = await Promtool.RunAsync(metrics, "check", "metrics");
        Assert.DoesNotContain(
            output.Split('\n'),
            line => line.StartsWith("sweep_", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase));
    }
}
