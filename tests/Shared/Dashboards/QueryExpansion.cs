using System.Text.RegularExpressions;

namespace Sweep.Dashboards;

/// <summary>Replaces macros and variables in a query, as Grafana does before it sends the query.</summary>
/// <param name="variables">The value of each variable.</param>
/// <param name="from">Start of the time range.</param>
/// <param name="to">End of the time range.</param>
public sealed partial class QueryExpansion(IReadOnlyDictionary<string, string> variables, DateTimeOffset from, DateTimeOffset to)
{
    private const int IntervalSeconds = 5;

    /// <exception cref="FormatException">A macro or variable is unknown.</exception>
    public string Expand(string query)
    {
        var expanded = TimeGroup().Replace(
            query, match => $"floor(extract(epoch from {match.Groups[1].Value}) / {IntervalSeconds}) * {IntervalSeconds} as \"time\"");
        expanded = TimeFilter().Replace(
            expanded, match => $"{match.Groups[1].Value} between '{from:yyyy-MM-ddTHH:mm:ssZ}' and '{to:yyyy-MM-ddTHH:mm:ssZ}'");
        expanded = expanded.Replace("$__rate_interval", "15s", StringComparison.Ordinal)
            .Replace("$__interval", $"{IntervalSeconds}s", StringComparison.Ordinal);
        expanded = Variable().Replace(expanded, match => variables.TryGetValue(match.Groups[1].Value, out var value)
            ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"
            : throw new FormatException(
                $"The variable {match.Groups[1].Value} is not one of {string.Join(", ", variables.Keys)}: {query}"));
        return expanded.Contains('$', StringComparison.Ordinal) ? throw new FormatException($"A macro is unknown: {expanded}") : expanded;
    }

    [GeneratedRegex(@"\$__timeGroupAlias\((\w+), ?\$__interval\)")]
    private static partial Regex TimeGroup();

    [GeneratedRegex(@"\$__timeFilter\(([\w.]+)\)")]
    private static partial Regex TimeFilter();

    [GeneratedRegex(@"\$\{(\w+):sqlstring\}")]
    private static partial Regex Variable();
}
