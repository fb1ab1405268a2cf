using Npgsql;
using Sweep.Client.Reports.Pages;
using Sweep.Dashboards;
using Sweep.Simulation;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.Reports;
using Sweep.Tests.Storage;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Attacks;

/// <summary>
/// Tests a sweep whose name is SQL and HTML. Every command refuses it, and where it is in the database all the same, it is treated as text.
/// </summary>
[Collection("silos")]
public sealed class HostileNameTests(PostgresServer server, StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private const string Hostile = "x'; drop table sweeps cascade; --\"</title></script><script>document.title = 'owned'</script>"
        + "<img src=x onerror=\"document.title = 'owned'\">";

    [Fact]
    public async Task The_command_line_refuses_the_name_in_one_line_wherever_it_is_given()
    {
        using var folder = new SweepFileFolder();
        const string rest = "dataset: { path: text.txt }\nparameters: { cell: gru }";
        var named = folder.Write("named.yaml", $"name: {System.Text.Json.JsonSerializer.Serialize(Hostile)}\n{rest}");
        var plain = folder.Write("plain.yaml", rest);
        var inItsFile = folder.Write($"{Hostile.Replace('/', '|')}.yaml", rest);
        string[][] lines =
        [
            ["run", named], ["run", inItsFile], ["run", plain, "--name", Hostile], ["run", plain, "--set", $"name={Hostile}"],
            ["plan", named],
            ["show", Hostile], ["report", Hostile], ["export", Hostile], ["pause", Hostile], ["delete", Hostile, "--yes"],
            ["logs", $"{Hostile}/1"], ["generate", $"{Hostile}/1"],
        ];
        foreach (var line in lines)
        {
            var (code, _, error) = await Samples.RunAsync([.. line, "--postgres", database.Source.ConnectionString]);
            Assert.True(code == 2, $"{string.Join(' ', line)} ended with {code}: {error}");
            Assert.Single(error.TrimEnd('\n').Split('\n'));
        }

        foreach (var typed in new[] { "exp #3", "a: b", "", " quick" })
            await Samples.RefusedAsync(
                $"sweep: --name: found {(typed.Length == 0 ? "nothing" : typed)}; expected at most 100 letters",
                "run", plain, "--name", typed);
    }

    [Fact]
    public async Task A_cluster_refuses_the_name_from_a_client_that_does_not_check_it()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var reply = await silo.Sweep(1).Submit(new(SimulatedSweep.Spec(Hostile, silo.Dataset, trials: 1).ToJson(), ExactName: true));
        Assert.Equal($"name: found {Hostile}; expected at most 100 letters, digits, dots, dashes and underscores.", reply.Refusal);
        Assert.Contains("cannot be read", (await silo.Sweep(1).Submit(new("{}", ExactName: true))).Refusal, StringComparison.Ordinal);
        Assert.Empty(await silo.QueryAsync<long>("select id from sweeps"));
    }

    [Fact]
    public async Task In_the_database_the_name_is_text_for_views_and_for_every_panel_of_the_dashboards()
    {
        await ReportRows.AddNineAsync(database, Hostile);
        var rows = await database.Reader.QueryAsync("select distinct sweep from trial_summary", TestContext.Current.CancellationToken);
        Assert.Contains(rows.Rows, row => Hostile.Equals(row[0]));
        Assert.Equal(
            9,
            (await database.Reader.QueryAsync(
                $"select * from leaderboard where sweep = '{Hostile.Replace("'", "''", StringComparison.Ordinal)}'",
                TestContext.Current.CancellationToken)).Rows.Count);

        var queries = Dashboard.ReadAll(RepositoryFolder.Join("grafana/dashboards"))
            .SelectMany(dashboard => dashboard.Queries)
            .Where(query => query.DatasourceType == Dashboard.Postgres)
            .ToList();
        Assert.NotEmpty(queries);
        var expansion = new QueryExpansion(
            new Dictionary<string, string> { ["sweep"] = Hostile, ["trial"] = Hostile, ["metric"] = Hostile, ["parameter"] = Hostile },
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var answered = 0;
        foreach (var query in queries)
        {
            try
            {
                answered += (await database.Reader.QueryAsync(
                    expansion.Expand(query.Text), TestContext.Current.CancellationToken)).Rows.Count;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidTextRepresentation)
            {
                // PostgreSQL refused the name as a value, since it is no number of a trial, and did not read it as SQL.
            }
        }

        Assert.True(answered > 9, $"the panels had {answered} rows");
        Assert.Equal(9, await database.CountAsync("trials", "sweep_id in (select id from sweeps where name like 'x''; drop%')"));
    }

    [Fact]
    public async Task On_the_page_of_the_report_the_name_is_text()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        var contents = ReportPages.With(Hostile);
        var page = Path.Combine(Directory.CreateTempSubdirectory("sweep-page-").FullName, "page.html");
        await ReportFile.WriteAsync(
            page, HtmlReport.Of(contents with { Sweep = contents.Sweep with { Name = Hostile } }), TestContext.Current.CancellationToken);
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(page);
        Assert.Equal($"{Hostile} · Sweep", (await browser.EvaluateAsync("document.title")).GetString());
        Assert.Equal(Hostile, (await browser.EvaluateAsync("document.querySelector('h1').textContent")).GetString());
        Assert.Equal(0, (await browser.EvaluateAsync("document.querySelectorAll('img').length")).GetInt32());
        Assert.Empty(browser.Complaints);
        Directory.Delete(Path.GetDirectoryName(page)!, recursive: true);
    }
}
