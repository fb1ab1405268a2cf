using System.Text.RegularExpressions;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Reads the three forms of a database's address: <c>Host=…;Database=…</c> (Npgsql), and <c>postgresql://…</c> or
/// <c>host=… dbname=…</c> (psql and most other programs).
/// </summary>
public static partial class PostgresAddress
{
    private const string Advice = "Write Host=…;Database=…;Username=… or postgresql://user@host/database.";

    /// <summary>The connection string of an address in any of the forms.</summary>
    /// <exception cref="FormatException">
    /// The text has none of the forms. The message says what to write, and repeats nothing that may be a password.
    /// </exception>
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
                // A damaged address in psql's form would otherwise be read as one long name of a host.
                if (host[0] is not ('/' or '@') && host.Any(char.IsWhiteSpace))
                {
                    throw new FormatException(
                        "found blanks within a host's name; between quotes write \\' for a quote and \\\\ for a backslash.");
                }
            }

            return builder.ConnectionString;
        }
        catch (KeyNotFoundException error)
        {
            // Npgsql throws this at an unknown key without a value.
            throw new FormatException($"found an unknown key. {Advice}", error);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new FormatException($"{error.Message} {Advice}", error);
        }
    }

    /// <summary>
    /// The connection string of an address, completed by the password from a file and, for a server on another machine, by encryption.
    /// </summary>
    /// <param name="passwordFile">The file with the password, for an address without one; null for none.</param>
    /// <param name="certificates">A folder whose <c>ca.crt</c> is the authority of the server's certificate; null for none.</param>
    /// <exception cref="FormatException">
    /// The text has none of the forms, the file cannot be read, or the connection would not be protected.
    /// </exception>
    public static string Resolve(string text, string? passwordFile, string? certificates)
    {
        var builder = new NpgsqlConnectionStringBuilder(Parse(text));
        if (!string.IsNullOrEmpty(passwordFile) && string.IsNullOrEmpty(builder.Password))
            builder.Password = PasswordFile.Read(passwordFile);
        return WithUtf8(PostgresTls.Require(SeveralHosts.Complete(builder), certificates)).ConnectionString;
    }

    /// <summary>
    /// Sets the encoding of the connection to UTF-8, whatever the address or the server names. In another encoding, letters would be
    /// changed or refused.
    /// </summary>
    public static NpgsqlConnectionStringBuilder WithUtf8(NpgsqlConnectionStringBuilder builder)
    {
        (builder.ClientEncoding, builder.Encoding) = ("UTF8", "UTF8");
        return builder;
    }

    /// <summary>The address as a URI for psql. The folder of a socket stands in the query, as libpq requires.</summary>
    public static string ToUri(string connectionString) => LibpqText.WriteUri(LibpqSettings.Of(new(connectionString)));

    private static NpgsqlConnectionStringBuilder Read(string text)
    {
        if (LibpqText.IsUri(text))
            return LibpqSettings.ToNpgsql(LibpqText.ReadUri(text));
        var pairs = LibpqText.ReadKeywords(text);
        // Only Npgsql's form has a semicolon behind the first value.
        if (pairs is null || FirstPair().IsMatch(text))
            return new(text);
        return pairs.All(pair => LibpqSettings.IsKeyword(pair.Key)) || (pairs.Count > 1 && !text.Contains(';', StringComparison.Ordinal))
            ? LibpqSettings.ToNpgsql(pairs)
            : new(text);
    }

    [GeneratedRegex(@"^\s*[^=]+=\s*(?!')[^\s;]*;")]
    private static partial Regex FirstPair();
}
