using System.Diagnostics;

namespace Sweep.Client.Local;

/// <summary>The user as whom PostgreSQL runs where this process is root's: it refuses to be root's itself.</summary>
internal sealed class PostgresAccount
{
    public const string Name = "postgres";

    private static readonly string[] Options = ["--reuid", Name, "--regid", Name, "--init-groups"];

    private PostgresAccount()
    {
    }

    /// <summary>Null where this process is not root's, and PostgreSQL runs as the same user.</summary>
    public static PostgresAccount? Here { get; } = Environment.IsPrivilegedProcess ? new() : null;

    /// <summary>Options of setpriv for a program that runs as this user; none where there is no such change.</summary>
    public static IReadOnlyList<string> OptionsHere => Here is null ? [] : Options;

    /// <summary>Whether it may pass through a folder to what lies in it.</summary>
    /// <exception cref="LocalClusterException">There is no such user.</exception>
    public bool MayEnter(string folder)
    {
        if (Run("id", "-u", Name).Code != 0)
        {
            throw new LocalClusterException(
                $"PostgreSQL does not run as root, and this machine has no user {Name}; make one (useradd --system {Name}), or run this as another user.");
        }

        return May("-x", folder);
    }

    /// <summary>Lets it write to a folder, whose owner it becomes if that is root so far.</summary>
    /// <exception cref="LocalClusterException">The folder belongs to somebody else; it stays as it was.</exception>
    public void Take(string folder)
    {
        if (May("-w", folder))
            return;
        var owner = Run("stat", "--dereference", "--format=%U", folder).Output.Trim();
        if (owner != "root")
        {
            throw new LocalClusterException(
                $"SWEEP_HOME: found {folder}, which belongs to the user {owner}, whom root would lock out; run this as {owner}, or choose another folder.");
        }

        if (Run("chown", Name, folder).Code != 0 || !May("-w", folder))
        {
            throw new LocalClusterException(
                $"SWEEP_HOME: found {folder}, which the user {Name} cannot write, as whom PostgreSQL runs in place of root; choose a folder such as /var/lib/sweep.");
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
