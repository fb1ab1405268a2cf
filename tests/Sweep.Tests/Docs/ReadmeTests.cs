using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>README.md says what the code does.</summary>
public sealed partial class ReadmeTests(PostgresServer server)
{
    private static readonly string Readme = File.ReadAllText(RepositoryFolder.Join("README.md"));

    [Fact]
    public async Task Every_query_returns_rows_for_a_sweep_that_is_over()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("readme", silo.Dataset, trials: 3)));
        foreach (var query in SqlBlock().Matches(Readme).Select(match => match.Groups[1].Value))
            Assert.True(
                (await silo.Reader.QueryAsync(query, TestContext.Current.CancellationToken)).Rows.Count > 0, $"no rows from\n{query}");
    }

    [Fact]
    public void At_least_five_queries_stand_under_their_heading_and_none_elsewhere()
    {
        var section = Readme.Split("\n## Querying with SQL\n")[1].Split("\n## ")[0];
        var queries = SqlBlock().Count(section);
        Assert.True(queries >= 5, $"found {queries}");
        Assert.Equal(SqlBlock().Count(Readme), queries);
    }

    [Fact]
    public void The_arrows_are_the_references_between_projects() => Assert.Equal(References().Order(), Drawn().Order());

    [Fact]
    public void The_arrows_make_no_circle()
    {
        // Take away the arrows to projects that point at nothing, again and again: only a circle stays.
        for (var left = Drawn(); left.Count > 0;)
        {
            var next = left.FindAll(arrow => left.Exists(other => other.From == arrow.To));
            Assert.True(next.Count < left.Count, $"a circle among {string.Join(", ", left)}");
            left = next;
        }
    }

    [Fact]
    public void Every_package_has_its_reason()
    {
        var packages = XDocument.Load(RepositoryFolder.Join("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => (string)package.Attribute("Include")!);
        Assert.Equal(
            packages.Order(),
            PackageName().Matches(Readme.Split("\n### Packages\n")[1].Split("\n## ")[0]).Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void Every_file_and_folder_that_it_names_is_there() =>
        Assert.All(FileName().Matches(Readme).Select(match => match.Groups[1].Value), name =>
            Assert.True(Path.Exists(RepositoryFolder.Join(name)), $"{name} is not in the repository"));

    private static List<(string From, string To)> Drawn() =>
        [.. Arrow().Matches(Readme).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    private static IEnumerable<(string From, string To)> References() =>
        from folder in (string[])["client", "grains", "silo", "tests"]
        from project in Directory.GetFiles(RepositoryFolder.Join(folder), "*.csproj", SearchOption.AllDirectories)
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        where (string?)reference.Attribute("ReferenceOutputAssembly") != "false"
        select (Path.GetFileNameWithoutExtension(project), Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));

    [GeneratedRegex("^```sql\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex SqlBlock();

    [GeneratedRegex(@"^(Sweep\.\w+) +→ (Sweep\.\w+)$", RegexOptions.Multiline)]
    private static partial Regex Arrow();

    /// <summary>The first cell of a row holds names in backticks.</summary>
    [GeneratedRegex(@"(?<=^\|[^|\n]*)`([^`\n]+)`", RegexOptions.Multiline)]
    private static partial Regex PackageName();

    [GeneratedRegex(@"`((?:client|deploy|docs|examples|grafana|grains|silo|tests)/[^`\s*]*)`")]
    private static partial Regex FileName();
}
