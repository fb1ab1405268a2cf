using System.Xml.Linq;
using Sweep.Client.Reports.Pages;
using Sweep.Domain;
using Sweep.Tests.Postgres;
using Sweep.Tests.Reports;
using Sweep.Tests.Silo;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Client;

/// <summary>Tests that people and Prometheus see the version that the build gives the programs.</summary>
public sealed class VersionTests(PostgresServer server)
{
    [Fact]
    public void The_build_gives_programs_the_version_of_the_repository_and_the_commit_if_there_is_one()
    {
        var number = XDocument.Load(RepositoryFolder.Join("Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Equal(number, SweepVersion.Number);
        Assert.Matches(@"^([0-9a-f]{40})?$", SweepVersion.Commit);
        Assert.Equal(SweepVersion.Commit.Length == 0 ? number : $"{number}+{SweepVersion.Commit}", SweepVersion.Full);
    }

    [Fact]
    public async Task The_command_line_prints_the_version() =>
        Assert.Equal((0, $"{SweepVersion.Full}\n", ""), await Samples.RunAsync("--version"));

    [Fact]
    public void The_report_names_the_version_that_repeats_a_sweep()
    {
        var report = MarkdownReport.Of(ReportPages.With("To be")).Replace("\\", "", StringComparison.Ordinal);
        Assert.Contains($"Sweep {SweepVersion.Full}, ", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_exports_its_version_to_Prometheus()
    {
        using var silo = SiloRun.Start(await server.NewDatabaseAsync(), []);
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{await silo.ReadyAsync()}/metrics");
        var metrics = await http.GetStringAsync(address, TestContext.Current.CancellationToken);
        var expected = $"sweep_build_info{{commit=\"{SweepVersion.Commit}\",version=\"{SweepVersion.Number}\"}} 1";
        Assert.Contains(expected, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public void The_changelog_has_an_entry_for_the_version()
    {
        var changelog = File.ReadAllText(RepositoryFolder.Join("CHANGELOG.md"));
        Assert.Contains($"\n## [{SweepVersion.Number}] - ", changelog, StringComparison.Ordinal);
    }
}
