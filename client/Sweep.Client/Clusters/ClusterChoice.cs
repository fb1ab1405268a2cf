using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage;

namespace Sweep.Client.Clusters;

/// <summary>Which cluster a command is for: the one behind a database, or this machine's private one.</summary>
/// <param name="ConnectionString">Null for the private one.</param>
/// <param name="Certificates">Folder of what this client shows to silos; null for none, which is enough on one machine.</param>
internal sealed record ClusterChoice(string? ConnectionString, SweepHome Home, string? Certificates = null)
{
    /// <param name="postgres">The option <c>--postgres</c>; without it <c>SWEEP_POSTGRES</c> counts.</param>
    /// <param name="certificates">The option <c>--certificates</c>; without it <c>SWEEP_CERTIFICATES</c> counts.</param>
    /// <exception cref="WrongInputException">It names no database.</exception>
    public static ClusterChoice From(string? postgres, string? certificates = null)
    {
        var text = postgres ?? Environment.GetEnvironmentVariable("SWEEP_POSTGRES");
        var folder = certificates ?? Environment.GetEnvironmentVariable("SWEEP_CERTIFICATES");
        try
        {
            return new(string.IsNullOrWhiteSpace(text) ? null : PostgresAddress.Parse(text), SweepHome.Default(), string.IsNullOrWhiteSpace(folder) ? null : folder);
        }
        catch (FormatException error)
        {
            throw new WrongInputException($"--postgres: {error.Message}");
        }
    }
}
