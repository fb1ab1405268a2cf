using System.Diagnostics;

namespace Sweep.Client.Local;

/// <summary>The user as whom PostgreSQL runs when this process runs as root, since PostgreSQL refuses to run as root.</summary>
internal sealed class PostgresAccount
{
    public const string Name = "postgres";

    private static readonly string[] Options = ["--reuid", Name, "--regid", Name, "--init-groups"];

    private PostgresAccount()
    {
    }

    /// <summary>The user for PostgreSQL; null when this process does not run as root, and PostgreSQL runs as the same user.</summary>
    public static PostgresAccount? Here { get; } = Environment.IsPrivilegedProcess ? new() : null;

    /// <summary>The options of setpriv that run a program as this user; none when the user stays the same.</summary>
    public static IReadOnlyList<string> OptionsHere => Here is null ? [] : Options;

    /// <summary>Whether the user may pass through a folder to the files in it.</summary>
    /// <exception cref="LocalClusterException">The machine has no such user.</exception>
    public bool MayEnter(string folder)
    {
        if (Run("id", "-u", Name).Code != 0)
        {
            throw new LocalClusterException(
                $"PostgreSQL does not run as root, and this machine has no user {Name}; "
                + $"make one (useradd --system {Name}), or run this as another user.");
        }

        return May("-x", folder);
    }

    /// <summary>Makes sure that the user may write to a folder. A folder of root's gets the user as its new owner.</summary>
    /// <exception cref="LocalClusterException">The folder belongs to a third user, and keeps its owner.</exception>
    public void Take(string folder)
    {
        if (May("-w", folder))
            return;
        var owner = Run("stat", "--dereference", "--format=%U", folder).Output.Trim();
        if (owner != "root")
        {
            throw new LocalClusterException(
                $"SWEEP_HOME: found {folder}, which belongs to the user {owner}, whom root would lock out; "
                + $"run this as {owner}, or choose another folder.");
        }

        if (Run("chown", Name, folder).Code != 0 || !May("-w", folder))
        {
            throw new LocalClusterException(
                $"SWEEP_HOME: found {folder}, which the user {Name} cannot write, as whom PostgreSQL runs in place of root; "
                + "choose a folder such as /var/lib/sweep.");
        }
    }

    private static bool May(string test, string folder) => Run("setpriv", [.. Options, "--", "test", test, folder]).Code == 0;

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        var start = SystemCommand.Of(program, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
