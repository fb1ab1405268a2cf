using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>A database with standbys: several hosts (<c>Host=a,b</c>), of which one is the primary.</summary>
internal static class SeveralHosts
{
    private const string Target = "Target Session Attributes";

    public static bool AreNamed(NpgsqlConnectionStringBuilder builder) => builder.Host!.Contains(',', StringComparison.Ordinal);

    /// <summary>
    /// Sets which of several hosts to connect to: the primary, since a cluster writes. For a single host the setting has no use, and is
    /// removed.
    /// </summary>
    /// <exception cref="FormatException">The connection string asks for a standby.</exception>
    public static NpgsqlConnectionStringBuilder Complete(NpgsqlConnectionStringBuilder builder)
    {
        var target = builder.TargetSessionAttributes;
        var isReadWrite = string.Equals(target, "read-write", StringComparison.OrdinalIgnoreCase);
        if (target is not null && !isReadWrite && !target.EndsWith("primary", StringComparison.OrdinalIgnoreCase)
            && !target.Equals("any", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"found {Target}={target}; silos and clients write, so write {Target}=primary or leave it out.");
        }

        if (AreNamed(builder))
            builder.TargetSessionAttributes = isReadWrite ? "read-write" : "primary";
        else
            builder.Remove(Target);
        return builder;
    }
}
