namespace Sweep.Storage.Connections;

/// <summary>
/// The variables of PostgreSQL's own programs (<c>PGOPTIONS</c>, <c>PGTZ</c>, …), which Npgsql obeys, too. They were set for another program's sessions,
/// so of all of them only those of a password count here: a secret is often found nowhere else.
/// </summary>
public static class PostgresEnvironment
{
    private const string Prefix = "PG";
    private static readonly HashSet<string> Passwords = ["PGPASSWORD", "PGPASSFILE"];

    /// <summary>Takes all others away from this process, and so from whatever it starts. A program calls it before it connects.</summary>
    public static void Forget()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().ToList())
        {
            if (IsOne(name) && !Passwords.Contains(name))
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>Those that count and are set.</summary>
    public static IEnumerable<(string Name, string Value)> FindPasswords() =>
        from name in Passwords let value = Environment.GetEnvironmentVariable(name) where value is not null select (name, value);

    /// <summary>Whether it is one of these variables.</summary>
    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
