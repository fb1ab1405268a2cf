using Sweep.Domain.Protocol;
using Sweep.Storage.Connections;

namespace Sweep.Client.Local;

/// <summary>
/// The environment of the programs that this one starts. Variables that were meant for another database or cluster are removed.
/// </summary>
internal static class ChildEnvironment
{
    private const string Ours = "SWEEP_";

    /// <summary>
    /// The variables that name places on this machine. All others with the prefix are meant for a silo that somebody starts by hand.
    /// </summary>
    private static readonly HashSet<string> Places = ["SWEEP_HOME", "SWEEP_TRAINER", "SWEEP_RUNNER", TrainerEnvironment.Libtorch];

    /// <summary>
    /// Sets the environment of one of PostgreSQL's programs. This program reads their messages, so they must be in English and in ASCII.
    /// </summary>
    public static void OfPostgres(IDictionary<string, string?> environment)
    {
        // initdb takes the server's time zone from TZ.
        Remove(environment, name => PostgresEnvironment.IsOne(name) || name.StartsWith(Ours, StringComparison.Ordinal) || name == "TZ");
        environment["LC_ALL"] = "C";
    }

    /// <summary>
    /// Sets the environment of the silo of a private cluster. Its settings come from its command line, and <c>SWEEP_PARENT</c> makes it end
    /// with its standard input.
    /// </summary>
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
