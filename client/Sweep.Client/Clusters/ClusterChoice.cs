using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage;

namespace Sweep.Client.Clusters;

/// <summary>Which cluster a command is for: the one behind a database, or this machine's private one.</summary>
/// <param name="ConnectionString">Null for the private one.</param>
internal sealed record ClusterChoice(string? ConnectionString, SweepHome Home)
{
    /// <param name="postgres">The option <c>--postgres</c>; without it <c>SWEEP_POSTGRES</c> counts.</param>
    /// <exception cref="WrongInputException">It names no database.</exception>
    public static ClusterChoice From(string? postgres)
    {
        var text = postgres ?? Environment.GetEnvironmentVariable("SWEEP_POSTGRES");
        try
        {
            return new(string.IsNullOrWhiteSpace(text) ? null : PostgresAddress.Parse(text), SweepHome.Default());
        }
        catch (FormatException error)
        {
            throw new WrongInputException($"--postgres: {error.Message}");
        }
    }
}
