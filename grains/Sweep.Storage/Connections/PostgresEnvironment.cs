namespace Sweep.Storage.Connections;

/// <summary>
/// The environment variables of PostgreSQL's own programs (<c>PGOPTIONS</c>, <c>PGTZ</c>, …), which Npgsql reads too. They were set for
/// other programs, so this one uses only those of the password, because a password is often given in no other way.
/// </summary>
public static class PostgresEnvironment
{
    private const string Prefix = "PG";
    private static readonly HashSet<string> Passwords = ["PGPASSWORD", "PGPASSFILE"];

    /// <summary>
    /// Removes all but the variables of the password from this process, and so from the programs that it starts. A program calls this
    /// before it connects.
    /// </summary>
    public static void Forget()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().ToList())
        {
            if (IsOne(name) && !Passwords.Contains(name))
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>The variables of the password that are set.</summary>
    public static IEnumerable<(string Name, string Value)> FindPasswords() =>
        from name in Passwords let value = Environment.GetEnvironmentVariable(name) where value is not null select (name, value);

    /// <summary>Whether a variable is one of PostgreSQL's.</summary>
    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);
}
