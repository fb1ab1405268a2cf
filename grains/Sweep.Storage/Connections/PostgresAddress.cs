using System.Text.RegularExpressions;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// The three ways to write where a database is: <c>Host=…;Database=…</c> (Npgsql), and <c>postgresql://…</c> or <c>host=… dbname=…</c> (psql and most other programs).
/// </summary>
public static partial class PostgresAddress
{
    private const string Advice = "Write Host=…;Database=…;Username=… or postgresql://user@host/database.";

    /// <summary>The connection string for each form.</summary>
    /// <exception cref="FormatException">It is none of them; the message says what to write, and does not repeat what may hold a password.</exception>
    public static string Parse(string text)
    {
        try
        {
            var builder = Read(text);
            if (string.IsNullOrEmpty(builder.Host))
                throw new FormatException("found no host.");
            foreach (var (host, _) in LibpqSettings.Hosts(builder))
            {
                if (host.Length == 0)
                    throw new FormatException("found a host without a name.");
                // What was meant for psql and is damaged would be one long name of a host.
                if (host[0] is not ('/' or '@') && host.Any(char.IsWhiteSpace))
                    throw new FormatException("found blanks within a host's name; between quotes write \\' for a quote and \\\\ for a backslash.");
            }

            return builder.ConnectionString;
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
    }

    /// <summary>
    /// The connection string for each form, with what it leaves to others: the password from a file, and encryption beyond this machine.
    /// </summary>
    /// <param name="passwordFile">Holds the password, for a connection string without one; null for none.</param>
    /// <param name="certificates">A folder whose <c>ca.crt</c> is the authority of the server's certificate; null for none.</param>
    /// <exception cref="FormatException">It is none of them, the file cannot be read, or the connection would not be protected.</exception>
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
    public static string ToUri(string connectionString) => LibpqText.WriteUri(LibpqSettings.Of(new(connectionString)));

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        if (LibpqText.IsUri(text))
            return LibpqSettings.ToNpgsql(LibpqText.ReadUri(text));
        var pairs = LibpqText.ReadKeywords(text);
        // A semicolon behind the first value is Npgsql's.
        return pairs is not null && !FirstPair().IsMatch(text) && (pairs.All(pair => LibpqSettings.IsKeyword(pair.Key)) || (pairs.Count > 1 && !text.Contains(';', StringComparison.Ordinal)))
            ? LibpqSettings.ToNpgsql(pairs)
            : new(text);
    }

    [GeneratedRegex(@"^\s*[^=]+=\s*(?!')[^\s;]*;")]
    private static partial Regex FirstPair();
}
