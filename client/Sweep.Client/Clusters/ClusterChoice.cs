using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage.Connections;

namespace Sweep.Client.Clusters;

/// <summary>Which cluster a command is for: the one behind a database, or this machine's private one.</summary>
/// <param name="ConnectionString">The database of the cluster; null for the private cluster.</param>
/// <param name="Certificates">The folder of this client's certificates; null for none, which is enough on one machine.</param>
/// <param name="Machine">The options of the silo that this command starts, if it starts a private one.</param>
internal sealed record ClusterChoice(string? ConnectionString, string? Certificates, IReadOnlyList<string> Machine)
{
    /// <summary>The folder of the private cluster.</summary>
    /// <exception cref="LocalClusterException">The user has no home folder, and <c>SWEEP_HOME</c> names none.</exception>
    public SweepHome Home => field ??= SweepHome.Default();

    /// <param name="postgres">The option <c>--postgres</c>; without it <c>SWEEP_POSTGRES</c> counts.</param>
    /// <param name="passwordFile">
    /// The option <c>--postgres-password-file</c>; without it <c>SWEEP_POSTGRES_PASSWORD_FILE</c> counts.
    /// </param>
    /// <param name="certificates">The option <c>--certificates</c>; without it <c>SWEEP_CERTIFICATES</c> counts.</param>
    /// <param name="machine">The options for how much of this machine a private silo uses; none unless given.</param>
    /// <exception cref="WrongInputException">
    /// The address names no database, or one that may not be used in this way; or <paramref name="machine"/> stands beside an address.
    /// </exception>
    public static ClusterChoice From(
        string? postgres, string? passwordFile = null, string? certificates = null, IReadOnlyList<string>? machine = null)
    {
        var text = postgres ?? Environment.GetEnvironmentVariable("SWEEP_POSTGRES");
        var folder = certificates ?? Environment.GetEnvironmentVariable("SWEEP_CERTIFICATES");
        try
        {
            var address = string.IsNullOrWhiteSpace(text)
                ? null
                : PostgresAddress.Resolve(text, passwordFile ?? Environment.GetEnvironmentVariable("SWEEP_POSTGRES_PASSWORD_FILE"), folder);
            return address is null || machine is not [var option, ..]
                ? new(address, string.IsNullOrWhiteSpace(folder) ? null : folder, machine ?? [])
                : throw new WrongInputException(
                    $"{option}: it is for the silo of a private cluster, and a cluster elsewhere was named; its silos have their own.");
        }
        catch (FormatException error)
        {
            throw new WrongInputException($"--postgres: {error.Message}");
        }
    }

    /// <summary>
    /// Checks that the command has no options for the silo. They have no effect on a private cluster that runs already, since its silo
    /// reads them only when it starts.
    /// </summary>
    /// <exception cref="RequestRefusedException">The command has such an option.</exception>
    public void RequireNoMachine()
    {
        if (Machine is [var option, ..])
        {
            throw new RequestRefusedException(
                $"{option}: the cluster in {Home.Folder} runs already, and takes other slots only when it starts; `sweep down` stops it.");
        }
    }
}
