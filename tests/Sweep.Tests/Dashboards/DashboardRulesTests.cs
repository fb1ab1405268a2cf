using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Dashboards;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Dashboards;

/// <summary>Checks that the dashboards have what Grafana and their readers need.</summary>
public sealed partial class DashboardRulesTests
{
    private static readonly HashSet<string> PanelTypes =
    [
        "barchart", "bargauge", "gauge", "heatmap", "histogram", "piechart", "stat", "state-timeline", "table", "timeseries", "trend",
        "xychart",
    ];

    private static readonly HashSet<string> Units =
        ["bytes", "Bps", "cps", "dateTimeAsIso", "ms", "none", "percentunit", "s", "short"];

    private static readonly IReadOnlyList<Dashboard> All = Dashboard.ReadAll(RepositoryFolder.Join("grafana", "dashboards"));

    public static TheoryData<string> Names => [.. All.Select(dashboard => dashboard.Name)];

    [Fact]
    public void There_are_three_dashboards_with_different_uids() =>
        Assert.Equal(
            [("cluster", "sweep-cluster", "Cluster", 42), ("sweep", "sweep-sweep", "Sweep", 42), ("trial", "sweep-trial", "Trial", 42)],
            All.Select(board => (
                board.Name, Text(board.Json, "uid"), Text(board.Json, "title"), board.Json.GetProperty("schemaVersion").GetInt32())));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_panel_has_a_title_a_unit_and_a_description(string name)
    {
        var panels = Board(name).Panels;
        Assert.All(panels, panel =>
        {
            Assert.EndsWith("?", Text(panel, "title"), StringComparison.Ordinal);
            Assert.EndsWith(".", Text(panel, "description"), StringComparison.Ordinal);
            Assert.Contains(Text(panel, "type"), PanelTypes);
            var fields = panel.GetProperty("fieldConfig");
            Assert.Contains(Text(fields.GetProperty("defaults"), "unit"), Units);
            Assert.All(
                fields.GetProperty("overrides")
                    .EnumerateArray()
                    .SelectMany(o => o.GetProperty("properties").EnumerateArray())
                    .Where(p => Text(p, "id") == "unit"),
                property => Assert.Contains(Text(property, "value"), Units));
        });
        Assert.Distinct(panels.Select(panel => Text(panel, "title")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Panels_have_different_ids_and_places_within_24_columns(string name)
    {
        var panels = Board(name).Panels;
        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        var cells = new HashSet<(int, int)>();
        Assert.All(panels, panel =>
        {
            var grid = panel.GetProperty("gridPos");
            var (x, y, w, h) = (
                grid.GetProperty("x").GetInt32(), grid.GetProperty("y").GetInt32(), grid.GetProperty("w").GetInt32(),
                grid.GetProperty("h").GetInt32());
            Assert.True(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24, $"at {x}, {y}, {w} wide, {h} high");
            for (var column = x; column < x + w; column++)
            {
                for (var row = y; row < y + h; row++)
                    Assert.True(cells.Add((column, row)), $"{Text(panel, "title")} lies over another panel at {column}, {row}");
            }
        });
    }

    [Fact]
    public void The_row_of_the_search_is_open_has_a_line_of_its_own_and_its_panels_stand_below_it()
    {
        var board = Board("sweep");
        var row = Assert.Single(board.Rows);
        Assert.Equal(("Search", false), (Text(row, "title"), row.GetProperty("collapsed").GetBoolean()));
        var line = Line(row);
        Assert.DoesNotContain(row.GetProperty("id").GetInt32(), board.Panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.DoesNotContain(
            board.Panels, panel => Line(panel) <= line && Line(panel) + panel.GetProperty("gridPos").GetProperty("h").GetInt32() > line);
        Assert.Equal(7, board.Panels.Count(panel => Line(panel) > line));

        static int Line(JsonElement panel) => panel.GetProperty("gridPos").GetProperty("y").GetInt32();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_query_has_a_different_letter_and_a_datasource_by_variable(string name)
    {
        var board = Board(name);
        var sources = board.Variables.Where(variable => Text(variable, "type") == "datasource")
            .ToDictionary(variable => "${" + Text(variable, "name") + "}", variable => Text(variable, "query"));
        Assert.All(board.Panels, panel =>
        {
            var targets = panel.GetProperty("targets").EnumerateArray().ToList();
            Assert.NotEmpty(targets);
            Assert.Distinct(targets.Select(target => Text(target, "refId")));
            Assert.All(targets.Select(target => target.GetProperty("datasource")).Append(panel.GetProperty("datasource")), datasource =>
                Assert.Equal(sources[Text(datasource, "uid")], Text(datasource, "type")));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_are_defined_and_datasources_are_those_that_are_provisioned(string name)
    {
        var board = Board(name);
        var defined = board.Variables.Select(variable => Text(variable, "name")).ToHashSet();
        var queries = board.Queries.Select(query => query.Text)
            .Concat(board.Variables.Where(variable => Text(variable, "type") == "query").Select(variable => Text(variable, "query")));
        Assert.All(
            queries.SelectMany(query => UsedVariable().Matches(query)).Select(match => match.Groups[1].Value),
            used => Assert.Contains(used, defined));

        var provisioned = Provisioned()
            .Matches(File.ReadAllText(RepositoryFolder.Join("grafana", "provisioning", "datasources", "sweep.yml")))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)).Order();
        Assert.Equal(
            provisioned,
            board.Variables
                .Where(variable => Text(variable, "type") == "datasource")
                .Select(variable => (
                    Text(variable.GetProperty("current"), "text"), Text(variable.GetProperty("current"), "value"),
                    Text(variable, "query")))
                .Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_link_leads_to_a_dashboard_that_exists(string name) =>
        Assert.All(
            Link().Matches(Board(name).Json.GetRawText()).Select(match => match.Groups[1].Value),
            uid => Assert.Contains(uid, All.Select(board => Text(board.Json, "uid"))));

    [Fact]
    public void No_file_holds_a_secret()
    {
        foreach (var file in Directory.GetFiles(RepositoryFolder.Join("grafana"), "*", SearchOption.AllDirectories))
            Assert.All(
                Secret().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value),
                value => Assert.StartsWith("$__file{", value, StringComparison.Ordinal));
    }

    private static Dashboard Board(string name) => All.Single(dashboard => dashboard.Name == name);

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    [GeneratedRegex(@"\$\{(?!__)(\w+)(?::\w+)?\}")]
    private static partial Regex UsedVariable();

    [GeneratedRegex(@"- name: (.+)\n +uid: (.+)\n +type: (.+)\n")]
    private static partial Regex Provisioned();

    [GeneratedRegex(@"/d/([\w-]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[^#\n]*(?:password|secret|token|apiKey)\w*""?: *(.+)$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
