using System.Text.Json;

namespace Sweep.Dashboards;

/// <summary>One query of a panel.</summary>
/// <param name="Panel">Title of the panel.</param>
/// <param name="DatasourceType">prometheus or grafana-postgresql-datasource.</param>
/// <param name="Text">PromQL or SQL with Grafana's macros and variables.</param>
/// <param name="Instant">Whether a PromQL query asks for the present moment only, instead of a time range.</param>
public sealed record PanelQuery(string Panel, string PanelType, string DatasourceType, string Text, bool Instant);

/// <summary>A Grafana dashboard of the repository, in Grafana's classic JSON.</summary>
public sealed class Dashboard(string name, JsonElement json)
{
    public const string Prometheus = "prometheus";
    public const string Postgres = "grafana-postgresql-datasource";

    public string Name => name;

    public JsonElement Json => json;

    /// <summary>The panels that show something.</summary>
    public IReadOnlyList<JsonElement> Panels => [.. All.Where(panel => !IsRow(panel))];

    /// <summary>The headings above the panels that follow them.</summary>
    public IReadOnlyList<JsonElement> Rows => [.. All.Where(IsRow)];

    public IReadOnlyList<JsonElement> Variables => [.. json.GetProperty("templating").GetProperty("list").EnumerateArray()];

    public IReadOnlyList<PanelQuery> Queries =>
    [
        .. from panel in Panels
           from target in panel.GetProperty("targets").EnumerateArray()
           let type = target.GetProperty("datasource").GetProperty("type").GetString()!
           select new PanelQuery(
               panel.GetProperty("title").GetString()!,
               panel.GetProperty("type").GetString()!,
               type,
               target.GetProperty(type == Prometheus ? "expr" : "rawSql").GetString()!,
               target.TryGetProperty("instant", out var instant) && instant.GetBoolean()),
    ];

    private IEnumerable<JsonElement> All => json.GetProperty("panels").EnumerateArray();

    private static bool IsRow(JsonElement panel) => panel.GetProperty("type").GetString() == "row";

    /// <param name="folder">The repository's <c>grafana/dashboards</c>.</param>
    public static IReadOnlyList<Dashboard> ReadAll(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => new Dashboard(Path.GetFileNameWithoutExtension(file), JsonDocument.Parse(File.ReadAllText(file)).RootElement)),
    ];
}
