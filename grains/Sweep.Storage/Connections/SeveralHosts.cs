using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>A database with standbys: <c>Host=a,b</c>, of which one is the primary.</summary>
internal static class SeveralHosts
{
    private const string Target = "Target Session Attributes";

    public static bool AreNamed(NpgsqlConnectionStringBuilder builder) => builder.Host!.Contains(',', StringComparison.Ordinal);

    /// <summary>Of several hosts the primary is meant: a cluster writes. What a single host is asked to be says nothing about another one.</summary>
    /// <exception cref="FormatException">A standby is wanted.</exception>
    public static NpgsqlConnectionStringBuilder Complete(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.TargetSessionAttributes is { } target && !target.EndsWith("primary", StringComparison.OrdinalIgnoreCase)
            && !target.Equals("read-write", StringComparison.OrdinalIgnoreCase) && !target.Equals("any", StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"found {Target}={target}; silos and clients write, so write {Target}=primary or leave it out.");
        if (AreNamed(builder))
            builder.TargetSessionAttributes = builder.TargetSessionAttributes?.Equals("read-write", StringComparison.OrdinalIgnoreCase) == true ? "read-write" : "primary";
        else
            builder.Remove(Target);
        return builder;
    }
}
