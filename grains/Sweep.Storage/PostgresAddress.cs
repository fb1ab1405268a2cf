using Npgsql;

namespace Sweep.Storage;

/// <summary>
/// The two ways to write where a database is: <c>Host=…;Database=…</c> (Npgsql) and <c>postgresql://…</c> (psql and most other programs).
/// </summary>
public static class PostgresAddress
{
    private const string Advice = "Write Host=…;Database=…;Username=… or postgresql://user@host/database.";

    /// <summary>The connection string for either form.</summary>
    /// <exception cref="FormatException">It is neither; the message says what to write, and does not repeat what may hold a password.</exception>
    public static string Parse(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = text.StartsWith("postgresql://", StringComparison.Ordinal) || text.StartsWith("postgres://", StringComparison.Ordinal)
                ? FromUri(text)
                : new NpgsqlConnectionStringBuilder(text);
        }
        catch (KeyNotFoundException error)
        {
            // What Npgsql throws at an unknown key without a value.
            throw new FormatException($"found an unknown key. {Advice}", error);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new FormatException($"{error.Message} {Advice}", error);
        }

        return string.IsNullOrEmpty(builder.Host) ? throw new FormatException($"found no host. {Advice}") : builder.ConnectionString;
    }

    /// <summary>
    /// The connection string for either form, with what it leaves to others: the password from a file, and encryption beyond this machine.
    /// </summary>
    /// <param name="passwordFile">Holds the password, for a connection string without one; null for none.</param>
    /// <param name="certificates">A folder whose <c>ca.crt</c> is the authority of the server's certificate; null for none.</param>
    /// <exception cref="FormatException">It is neither form, the file cannot be read, or the connection would not be protected.</exception>
    public static string Resolve(string text, string? passwordFile, string? certificates)
    {
        var builder = new NpgsqlConnectionStringBuilder(Parse(text));
        if (!string.IsNullOrEmpty(passwordFile) && string.IsNullOrEmpty(builder.Password))
            builder.Password = PasswordFile.Read(passwordFile);
        return WithUtf8(PostgresTls.Require(SeveralHosts.Complete(builder), certificates)).ConnectionString;
    }

    /// <summary>Text of the connection is UTF-8, whatever else says otherwise: another encoding stores other letters, or has none for them.</summary>
    public static NpgsqlConnectionStringBuilder WithUtf8(NpgsqlConnectionStringBuilder builder)
    {
        (builder.ClientEncoding, builder.Encoding) = ("UTF8", "UTF8");
        return builder;
    }

    /// <summary>The form that psql takes. A socket's folder stands in the query, as libpq wants it.</summary>
    public static string ToUri(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var user = Uri.EscapeDataString(builder.Username ?? "") + (builder.Password is null ? "" : ":" + Uri.EscapeDataString(builder.Password));
        var at = user.Length == 0 ? "" : user + "@";
        var database = Uri.EscapeDataString(builder.Database ?? "");
        return builder.Host!.StartsWith('/')
            ? $"postgresql://{at}/{database}?host={builder.Host}" + (builder.Port == NpgsqlConnection.DefaultPort ? "" : $"&port={builder.Port}")
            : $"postgresql://{at}{builder.Host}:{builder.Port}/{database}" + Query(builder);
    }

    /// <summary>libpq's word for how a connection is protected; null where the connection string does not say.</summary>
    public static string? SslModeOf(NpgsqlConnectionStringBuilder builder) => PostgresTls.IsStated(builder) ? PostgresTls.Name(builder.SslMode) : null;

    /// <summary>How the connection is protected, in libpq's words.</summary>
    private static string Query(NpgsqlConnectionStringBuilder builder)
    {
        string?[] pairs =
        [
            SslModeOf(builder) is { } mode ? "sslmode=" + mode : null,
            builder.RootCertificate is { } root ? "sslrootcert=" + Uri.EscapeDataString(root) : null,
        ];
        return pairs.OfType<string>().ToList() is { Count: > 0 } given ? "?" + string.Join('&', given) : "";
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        // .NET wants a host where libpq accepts none.
        var uri = new Uri(text.Replace("@/", "@localhost/", StringComparison.Ordinal).Replace(":///", "://localhost/", StringComparison.Ordinal));
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host, Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) };
        if (uri.Port > 0)
            builder.Port = uri.Port;
        var account = uri.UserInfo.Split(':', 2);
        if (account[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(account[0]);
        if (account.Length == 2)
            builder.Password = Uri.UnescapeDataString(account[1]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var value = Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : "");
            // libpq's verify-full is VerifyFull.
            builder[Key(parts[0])] = parts[0] == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return builder;
    }

    /// <summary>Npgsql's name of a parameter of libpq.</summary>
    private static string Key(string parameter) => parameter switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "user" => "Username",
        "dbname" => "Database",
        "application_name" => "Application Name",
        _ => parameter,
    };
}
