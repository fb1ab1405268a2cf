using System.Diagnostics;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Deploy;

/// <summary>
/// A machine that lacks PostgreSQL and the .NET SDK, to run the launchers on. Its PATH holds the tools that every machine has, and
/// stand-ins for the programs that install something, which record how they were called. A mount namespace, which takes root, hides
/// this machine's own PostgreSQL and its configuration.
/// </summary>
internal sealed class BareMachine : IDisposable
{
    private const string Configuration = "/etc/postgresql-common";

    private const string AptGet =
        """
        [ -e offline ] && { echo "Err:1 http://deb.debian.org"; echo "E: Unable to fetch some archives." >&2; exit 100; }
        cat /etc/postgresql-common/createcluster.d/sweep.conf >>calls
        case " $* " in *" postgresql "*)
            for program in initdb postgres; do echo "#!$(command -v sh)" >bin/$program; chmod +x bin/$program; done ;;
        esac
        case " $* " in *" curl "*) cp stand-ins/curl bin/curl ;; esac
        """;

    private const string Dotnet =
        """
        case $1 in
            --list-sdks) echo "10.0.100 [/somewhere]" ;;
            build)
                mkdir -p repository/artifacts/bin/Sweep.Client/release
                echo built >repository/artifacts/bin/Sweep.Client/release/sweep.dll ;;
            *) shift; echo "ran $*" ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-bare-").FullName;

    public BareMachine()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "hiding this machine's PostgreSQL needs root (unshare --mount)");
        Assert.SkipUnless(Directory.Exists(Configuration), $"{Configuration} is not there: this PostgreSQL is not Debian's");
        foreach (var folder in (string[])[
            "bin", "stand-ins", "home", "repository/client", "repository/grains", "repository/silo", "repository/deploy",
        ])
            Directory.CreateDirectory(Join(folder));
        foreach (var file in (string[])["sweep", "check", "deploy/install.sh"])
            File.Copy(RepositoryFolder.Join(file), Join("repository", file));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json"])
            File.WriteAllText(Join("repository", file), "");
        foreach (var tool in (string[])[
            "bash", "sh", "env", "dirname", "readlink", "find", "mkdir", "flock", "touch", "mv", "cp", "cat", "id", "getent", "cut",
            "mktemp", "rm", "grep", "tail", "chmod", "sed",
        ])
            File.CreateSymbolicLink(Join("bin", tool), new[] { "/usr/bin/", "/bin/" }.Select(place => place + tool).First(File.Exists));
        StandIn("apt-get", AptGet);
        StandIn("apt-cache", "echo '  Candidate: '$(cat candidate || echo 15+248)");
        StandIn("sudo", "while case $1 in -*) true ;; *) false ;; esac; do shift; done; exec \"$@\"");
        StandIn("dotnet", Dotnet);
        StandIn("curl", $"echo 'while [ $# -gt 0 ]; do [ $1 = --install-dir ] && cp {Join("stand-ins/dotnet")} $2/dotnet; shift; done'");
        Have("apt-get", "apt-cache");
    }

    public string Home => Join("home");

    /// <summary>The command lines of the stand-ins in order, without those that only query the SDK or a package's version.</summary>
    public IEnumerable<string> Calls =>
        File.Exists(Join("calls"))
            ? File.ReadLines(Join("calls")).Where(
                call => !call.StartsWith("dotnet", StringComparison.Ordinal) && !call.StartsWith("apt-cache", StringComparison.Ordinal))
            : [];

    /// <summary>Puts stand-ins on the PATH.</summary>
    public void Have(params string[] programs)
    {
        foreach (var program in programs)
            File.Copy(Join("stand-ins", program), Join("bin", program));
    }

    public void HaveSdkAtHome()
    {
        Directory.CreateDirectory(Join("home/.dotnet"));
        File.Copy(Join("stand-ins/dotnet"), Join("home/.dotnet/dotnet"));
    }

    public void HavePostgres()
    {
        foreach (var program in (string[])["initdb", "postgres"])
            File.Copy(Join("stand-ins/sudo"), Join("bin", program));
    }

    /// <summary>Lets apt-get find no network.</summary>
    public void GoOffline() => File.WriteAllText(Join("offline"), "");

    /// <summary>Sets the version of PostgreSQL that apt-get would install.</summary>
    public void Offer(string postgres) => File.WriteAllText(Join("candidate"), postgres);

    public void BeNobody()
    {
        File.Delete(Join("bin/id"));
        StandIn("id", "echo 1000");
        Have("id");
    }

    /// <summary>Runs one of the launchers with pipes for its streams.</summary>
    public Task<DeployProgram.Answer> RunAsync(string command, params (string Name, string Value)[] environment) =>
        StartAsync($"repository/{command}", null, environment);

    /// <summary>Runs one of the launchers at a terminal, where these keys are typed.</summary>
    public Task<DeployProgram.Answer> RunAtTerminalAsync(string command, string keys) =>
        StartAsync($"/usr/bin/script -qec 'repository/{command}' /dev/null", keys, []);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<DeployProgram.Answer> StartAsync(string command, string? keys, (string Name, string Value)[] environment)
    {
        // The mounts exist only in this process's namespace and end with it.
        var hide = $"mount -t tmpfs tmpfs {Configuration} && mount -t tmpfs tmpfs /usr/lib/postgresql "
            + $"&& PATH={Join("bin")} && export PATH && exec {command}";
        var start = new ProcessStartInfo("/usr/bin/unshare", ["--mount", "sh", "-c", hide])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SWEEP_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["HOME"] = Home;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(keys);
        if (keys is null)
            process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1));
        return new(process.ExitCode, await output, await error);
    }

    private string Join(params string[] parts) => Path.Combine([_folder, .. parts]);

    private void StandIn(string name, string script)
    {
        File.WriteAllText(Join("stand-ins", name), $"#!/bin/sh\ncd {_folder}\necho \"{name} $*\" >>calls\n{script}\n");
        File.SetUnixFileMode(Join("stand-ins", name), (UnixFileMode)0b111_101_101);
    }
}
