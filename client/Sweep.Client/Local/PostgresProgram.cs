using System.Diagnostics;
using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Client.Local;

/// <summary>
/// Runs one of PostgreSQL's own programs on a database. The connection goes through the environment, because it may have a password, and
/// every user can read command lines.
/// </summary>
internal static class PostgresProgram
{
    /// <param name="program">The name of the program: pg_dump or pg_restore.</param>
    /// <param name="connectionString">The database; null for a program that needs none.</param>
    /// <param name="onError">Receives each line of the program's standard error.</param>
    /// <returns>The text that the program wrote to its standard output.</returns>
    /// <exception cref="LocalClusterException">
    /// The program is not on this machine, or it failed; then the message is the program's own.
    /// </exception>
    public static async Task<string> RunAsync(
        string program, string? connectionString, IEnumerable<string> arguments, Action<string> onError, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(PostgresBinaries.FindProgram(program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ChildEnvironment.OfPostgres(start.Environment);
        foreach (var (name, value) in connectionString is null
            ? []
            : PostgresEnvironment.FindPasswords().Concat(Variables(new(connectionString))))
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var errors = new List<string>();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
            {
                onError(line);
                if (line.Contains("error:", StringComparison.Ordinal))
                    errors.Add(line);
            }

            var written = await output;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0
                ? written
                : throw new LocalClusterException(
                    errors.Count > 0 ? string.Join(' ', errors) : $"{program} ended with exit code {process.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>The environment variables by which libpq gets the settings of a connection string.</summary>
    internal static IEnumerable<(string Name, string Value)> Variables(NpgsqlConnectionStringBuilder connection) =>
        LibpqSettings.Of(connection).Select(pair => (Variable(pair.Key), pair.Value)).Append(("PGAPPNAME", "sweep"));

    private static string Variable(string keyword) => keyword switch
    {
        "dbname" => "PGDATABASE",
        "connect_timeout" => "PGCONNECT_TIMEOUT",
        _ => "PG" + keyword.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(),
    };
}
