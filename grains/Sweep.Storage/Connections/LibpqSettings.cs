using System.Data.Common;
using System.Globalization;
using System.Net;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>Translates between the connection settings of libpq, which psql and pg_dump use, and those of Npgsql.</summary>
public static class LibpqSettings
{
    private const string DefaultPort = "5432";

    /// <summary>libpq's keywords and Npgsql's keys for the same settings, without hosts and ports.</summary>
    private static readonly (string Keyword, string Key)[] Same =
    [
        ("dbname", "Database"), ("user", "Username"), ("password", "Password"), ("passfile", "Passfile"), ("connect_timeout", "Timeout"),
        ("options", "Options"), ("sslmode", "SSL Mode"), ("sslrootcert", "Root Certificate"), ("sslcert", "SSL Certificate"),
        ("sslkey", "SSL Key"), ("sslpassword", "SSL Password"), ("sslnegotiation", "SSL Negotiation"),
        ("channel_binding", "Channel Binding"), ("gssencmode", "GSS Encryption Mode"), ("krbsrvname", "Kerberos Service Name"),
        ("require_auth", "Require Auth"), ("target_session_attrs", "Target Session Attributes"), ("application_name", "Application Name"),
    ];

    /// <summary>The keywords that psql accepts and Sweep does not.</summary>
    private static readonly string[] NotTaken =
    [
        "service", "hostaddr", "client_encoding", "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "replication", "sslcompression", "sslcrl", "sslcrldir", "sslsni", "sslcertmode",
        "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version", "gsslib", "gssdelegation", "load_balance_hosts",
        "requiressl", "authtype", "tty",
    ];

    /// <summary>Whether psql accepts the keyword.</summary>
    internal static bool IsKeyword(string word) =>
        word is "host" or "port" || Same.Any(pair => pair.Keyword == word) || NotTaken.Contains(word);

    /// <exception cref="FormatException">
    /// A keyword or a value is not accepted. The message names the keyword; of values it shows only a host's port.
    /// </exception>
    internal static NpgsqlConnectionStringBuilder ToNpgsql(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        string hosts = "", ports = "";
        foreach (var (keyword, value) in pairs)
        {
            if (keyword == "host")
                hosts = value;
            else if (keyword == "port")
                ports = value;
            else if (value.Length > 0 && !IsSetAnyway(keyword, value))
                Set(builder, keyword, value);
        }

        SetHosts(builder, hosts.Split(','), ports.Split(','));
        return builder;
    }

    /// <summary>
    /// The settings of a connection string under libpq's keywords. Settings that only Npgsql has, such as the size of its pool, are left
    /// out.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(NpgsqlConnectionStringBuilder builder)
    {
        var hosts = Hosts(builder);
        var ports = hosts.Select(pair => pair.Port).Distinct().ToList();
        var pairs = new List<KeyValuePair<string, string>>
        {
            new("host", string.Join(',', hosts.Select(pair => pair.Host))),
            new("port", string.Join(',', ports.Count == 1 ? ports : hosts.Select(pair => pair.Port))),
        };
        var stated = new DbConnectionStringBuilder { ConnectionString = builder.ConnectionString };
        foreach (var (keyword, key) in Same)
        {
            // Another program that takes over the address must not appear in the server under Sweep's name.
            if (keyword != "application_name" && stated.TryGetValue(key, out var value) && value.ToString() is { Length: > 0 } text)
                pairs.Add(new(keyword, Word(builder, keyword, text)));
        }

        return pairs;
    }

    /// <summary>A setting in the form of psql's keywords and values, such as <c>dbname='to be'</c>.</summary>
    public static string Keyword(string keyword, string value) => $"{keyword}={LibpqText.Quote(value)}";

    /// <summary>Each host with its port, split as Npgsql splits them.</summary>
    /// <exception cref="FormatException">A port is not a number.</exception>
    internal static IReadOnlyList<(string Host, string Port)> Hosts(NpgsqlConnectionStringBuilder builder) =>
        [.. builder.Host!.Split(',').Select(host => SplitHost(builder, host.Trim()))];

    private static (string Host, string Port) SplitHost(NpgsqlConnectionStringBuilder builder, string host)
    {
        var (colon, bracket) = (host.LastIndexOf(':'), host.LastIndexOf(']'));
        var isSocket = host.StartsWith('/') || host.StartsWith('@');
        // The colons of an IPv6 address are no port: there are several of them, or they stand before the bracket that ends the address.
        var isAddress = bracket < 0 ? host.IndexOf(':', StringComparison.Ordinal) < colon : colon < bracket;
        return isSocket || colon < 0 || isAddress
            ? (host.Trim('[', ']'), builder.Port.ToString(CultureInfo.InvariantCulture))
            : (host[..colon].Trim('[', ']'), Port(host[(colon + 1)..]));
    }

    private static void SetHosts(NpgsqlConnectionStringBuilder builder, string[] hosts, string[] ports)
    {
        if (ports.Length > 1 && ports.Length != hosts.Length)
            throw new FormatException($"found {hosts.Length} hosts and {ports.Length} ports; write one port, or one for each host.");
        ports = [.. ports.Select(port => port.Length == 0 ? DefaultPort : Port(port))];
        if (ports.Distinct().Count() == 1)
        {
            if (ports[0] != DefaultPort)
                builder.Port = int.Parse(ports[0], CultureInfo.InvariantCulture);
            builder.Host = hosts.Length == 1 ? hosts[0] : string.Join(',', hosts.Select(Bracketed));
            return;
        }

        if (hosts.Any(host => host.StartsWith('/') || host.StartsWith('@')))
            throw new FormatException("found sockets' folders among several hosts with different ports; write one port for all.");
        builder.Host = string.Join(',', hosts.Zip(ports, (host, port) => $"{Bracketed(host)}:{port}"));
    }

    private static string Bracketed(string host) =>
        IPAddress.TryParse(host, out _) && host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static string Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? port.ToString(CultureInfo.InvariantCulture)
            : throw new FormatException($"found the port {text}; expected a number from 1 to 65535.");

    private static bool IsSetAnyway(string keyword, string value) =>
        (keyword == "client_encoding" && value.ToUpperInvariant() is "UTF8" or "UTF-8" or "AUTO")
        || (keyword == "sslrootcert" && value == "system");

    private static void Set(NpgsqlConnectionStringBuilder builder, string keyword, string value)
    {
        if (NotTaken.Contains(keyword))
        {
            throw new FormatException(
                $"found {keyword}, which psql takes and Sweep does not; leave it out. "
                + $"Taken are host, port, {string.Join(", ", Same.Select(pair => pair.Keyword))}.");
        }

        var key = Same.FirstOrDefault(pair => pair.Keyword == keyword).Key ?? keyword;
        try
        {
            // Npgsql writes libpq's verify-full as VerifyFull.
            builder[key] = keyword == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException or NotSupportedException
            or InvalidCastException or OverflowException)
        {
            throw new FormatException(
                builder.ContainsKey(key)
                    ? $"found a value of {keyword} that is not taken."
                    : $"found {keyword}, which is no setting of a connection.",
                error);
        }
    }

    /// <summary>A value of Npgsql's in libpq's spelling.</summary>
    private static string Word(NpgsqlConnectionStringBuilder builder, string keyword, string value) => keyword switch
    {
        "sslmode" => PostgresTls.Name(builder.SslMode),
        "sslnegotiation" or "channel_binding" or "gssencmode" => value.ToLowerInvariant(),
        "target_session_attrs" => value.ToLowerInvariant() is "prefer-primary" ? "any" : value.ToLowerInvariant(),
        _ => value,
    };
}
