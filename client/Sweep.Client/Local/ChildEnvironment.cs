using Sweep.Domain.Protocol;
using Sweep.Storage.Connections;

namespace Sweep.Client.Local;

/// <summary>What the programs that this one starts find in their environment: nothing that was meant for another database or cluster.</summary>
internal static class ChildEnvironment
{
    private const string Ours = "SWEEP_";

    /// <summary>Where programs lie on this machine. Everything else is said of a silo that somebody starts by hand.</summary>
    private static readonly HashSet<string> Places = ["SWEEP_HOME", "SWEEP_TRAINER", TrainerEnvironment.Libtorch];

    /// <summary>For one of PostgreSQL's programs. Their messages are read here, so they are to be in English and in ASCII.</summary>
    public static void OfPostgres(IDictionary<string, string?> environment)
    {
        // initdb takes the server's time zone from TZ.
        Remove(environment, name => PostgresEnvironment.IsOne(name) || name.StartsWith(Ours, StringComparison.Ordinal) || name == "TZ");
        environment["LC_ALL"] = "C";
    }

    /// <summary>For the silo of a private cluster, which its command line and its standard input tell what to do.</summary>
    public static void OfPrivateSilo(IDictionary<string, string?> environment, string connectionString)
    {
        Remove(
            environment,
            name => PostgresEnvironment.IsOne(name) || (name.StartsWith(Ours, StringComparison.Ordinal) && !Places.Contains(name)));
        (environment["SWEEP_POSTGRES"], environment["SWEEP_PARENT"]) = (connectionString, "stdin");
    }

    private static void Remove(IDictionary<string, string?> environment, Func<string, bool> chosen)
    {
        foreach (var name in environment.Keys.Where(chosen).ToList())
            environment.Remove(name);
    }
}
