using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage.Connections;

namespace Sweep.Client.Clusters;

/// <summary>Which cluster a command is for: the one behind a database, or this machine's private one.</summary>
/// <param name="ConnectionString">Null for the private one.</param>
/// <param name="Certificates">Folder of what this client shows to silos; null for none, which is enough on one machine.</param>
/// <param name="Machine">Options of the silo, should this command start a private one.</param>
internal sealed record ClusterChoice(string? ConnectionString, string? Certificates, IReadOnlyList<string> Machine)
{
    /// <summary>Of the private one.</summary>
    /// <exception cref="LocalClusterException">The user has no home.</exception>
    public SweepHome Home => field ??= SweepHome.Default();

    /// <param name="postgres">The option <c>--postgres</c>; without it <c>SWEEP_POSTGRES</c> counts.</param>
    /// <param name="passwordFile">The option <c>--postgres-password-file</c>; without it <c>SWEEP_POSTGRES_PASSWORD_FILE</c> counts.</param>
    /// <param name="certificates">The option <c>--certificates</c>; without it <c>SWEEP_CERTIFICATES</c> counts.</param>
    /// <exception cref="WrongInputException">It names no database, or one that may not be used so.</exception>
    /// <param name="machine">What a private silo is to take of this machine; none unless given.</param>
    public static ClusterChoice From(string? postgres, string? passwordFile = null, string? certificates = null, IReadOnlyList<string>? machine = null)
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

    /// <summary>For the private cluster that runs already, whose silo has taken what it was told to.</summary>
    /// <exception cref="RequestRefusedException">This command would have it take something else.</exception>
    public void RequireNoMachine()
    {
        if (Machine is [var option, ..])
        {
            throw new RequestRefusedException(
                $"{option}: the cluster in {Home.Folder} runs already, and takes other slots only when it starts; `sweep down` stops it.");
        }
    }
}
