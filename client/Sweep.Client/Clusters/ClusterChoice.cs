using Sweep.Client.Local;

namespace Sweep.Client.Clusters;

/// <summary>Which cluster a command is for: the one behind a database, or this machine's private one.</summary>
/// <param name="ConnectionString">Null for the private one.</param>
internal sealed record ClusterChoice(string? ConnectionString, SweepHome Home)
{
    /// <param name="postgres">The option <c>--postgres</c>; without it <c>SWEEP_POSTGRES</c> counts.</param>
    public static ClusterChoice From(string? postgres)
    {
        var text = postgres ?? Environment.GetEnvironmentVariable("SWEEP_POSTGRES");
        return new(string.IsNullOrWhiteSpace(text) ? null : PostgresAddress.Parse(text), SweepHome.Default());
    }
}
