using System.Text;
using System.Text.RegularExpressions;

namespace Sweep.Storage.Connections;

/// <summary>
/// Reads and writes the two forms of an address that psql accepts: <c>postgresql://user@host:port/database?sslmode=verify-full</c> and
/// <c>host=… dbname='…'</c>. Source: PostgreSQL 15's manual, 34.1.1 Connection Strings.
/// </summary>
internal static partial class LibpqText
{
    public static bool IsUri(string text) =>
        text.StartsWith("postgresql://", StringComparison.Ordinal) || text.StartsWith("postgres://", StringComparison.Ordinal);

    /// <returns>Keywords with their values, in order. Where a keyword occurs twice, its later value counts.</returns>
    /// <exception cref="FormatException">The text is not such an address.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadUri(string text)
    {
        var (whole, query) = Cut(text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..], '?');
        var (authority, database) = Cut(whole, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = Cut(authority[..Math.Max(at, 0)], ':');
        var pairs = new List<KeyValuePair<string, string>>();
        Add("user", user);
        Add("password", password);
        Add("dbname", database);
        var hosts = authority[(at + 1)..].Split(',').Select(SplitHost).ToList();
        Add("host", string.Join(',', hosts.Select(pair => pair.Host)));
        if (hosts.Any(pair => pair.Port.Length > 0))
            Add("port", string.Join(',', hosts.Select(pair => pair.Port)));
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair, '=');
            // libpq accepts this setting of JDBC as well.
            if (pair == "ssl=true")
                Add("sslmode", "require");
            else
                pairs.Add(new(Unescape(name), Unescape(value)));
        }

        return pairs;

        void Add(string keyword, string value)
        {
            if (value.Length > 0)
                pairs.Add(new(keyword, Unescape(value)));
        }
    }

    /// <returns>Keywords with their values, in order; null when the text is not of this form.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>>? ReadKeywords(string text)
    {
        var match = Keywords().Match(text);
        if (!match.Success)
            return null;
        var values = match.Groups["value"].Captures.Select(value => Unquote(value.Value));
        return [.. match.Groups["keyword"].Captures.Zip(values, (keyword, value) => KeyValuePair.Create(keyword.Value, value))];
    }

    /// <summary>A URI that psql reads back as the same keywords and values.</summary>
    public static string WriteUri(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var hosts = Of("host").Split(',');
        var ports = Of("port").Split(',');
        // The folder of a socket has slashes, which the part of a URI before the path cannot hold.
        var inQuery = hosts.Any(host => host.StartsWith('/') || host.StartsWith('@'));
        var password = pairs.Any(pair => pair.Key == "password") ? ":" + Uri.EscapeDataString(Of("password")) : "";
        var user = Uri.EscapeDataString(Of("user")) + password;
        var authority = inQuery
            ? ""
            : string.Join(',', hosts.Select((host, index) => $"{WriteHost(host)}:{ports[ports.Length == 1 ? 0 : index]}"));
        var query = pairs
            .Where(pair => pair.Key is not ("user" or "password" or "dbname") && (inQuery || pair.Key is not ("host" or "port")))
            .Where(pair => !(pair is { Key: "port", Value: "5432" }))
            .Select(pair => $"{pair.Key}={WriteValue(pair.Value)}")
            .ToList();
        return $"postgresql://{(user.Length == 0 ? "" : user + "@")}{authority}/{Uri.EscapeDataString(Of("dbname"))}"
            + (query.Count == 0 ? "" : "?" + string.Join('&', query));

        string Of(string keyword) => pairs.LastOrDefault(pair => pair.Key == keyword).Value ?? "";
    }

    /// <summary>A value in the form in which it stands after <c>keyword=</c>.</summary>
    public static string Quote(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string WriteHost(string host) => host.Contains(':', StringComparison.Ordinal)
        ? $"[{host.Replace("%", "%25", StringComparison.Ordinal)}]"
        : Uri.EscapeDataString(host);

    private static string WriteValue(string value) => Uri.EscapeDataString(value)
        .Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%2C", ",", StringComparison.Ordinal);

    private static (string Host, string Port) SplitHost(string text)
    {
        if (!text.StartsWith('['))
            return Cut(text, ':');
        var (address, rest) = Cut(text[1..], ']');
        return rest.Length == 0 || rest[0] == ':'
            ? (address, rest.TrimStart(':'))
            : throw new FormatException("found text between the ] of an address and its port.");
    }

    private static string Unescape(string text) => StrayPercent().IsMatch(text)
        ? throw new FormatException("found a % without two hexadecimal digits behind it; write %25 for the character itself.")
        : Uri.UnescapeDataString(text);

    private static string Unquote(string value)
    {
        var text = new StringBuilder();
        var inner = value.StartsWith('\'') ? value[1..^1] : value;
        for (var i = 0; i < inner.Length; i++)
            text.Append(inner[i] == '\\' && i + 1 < inner.Length ? inner[++i] : inner[i]);
        return text.ToString();
    }

    private static (string Before, string After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var index ? (text[..index], text[(index + 1)..]) : (text, "");

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})|%00")]
    private static partial Regex StrayPercent();

    [GeneratedRegex(
        @"^\s*((?<keyword>[^\s=';\\]+)\s*=\s*(?<value>'(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*|)(?:\s+|\z))+\z",
        RegexOptions.Singleline)]
    private static partial Regex Keywords();
}
