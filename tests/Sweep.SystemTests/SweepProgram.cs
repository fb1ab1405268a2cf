using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>The real programs with a private cluster in a separate folder, started by commands as a user types them.</summary>
public sealed class SweepProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static int _homes;

    /// <param name="end">End of the folder's name.</param>
    public SweepProgram(string end = "")
    {
        // No folder's path is a part of another one's, because the processes of a cluster are known by it.
        Home = Path.Combine(
            "/tmp",
            string.Create(
                CultureInfo.InvariantCulture, $"sweep-system-{Environment.ProcessId}-{Interlocked.Increment(ref _homes):000}{end}"));
        Directory.CreateDirectory(Home);
    }

    public string Home { get; }

    /// <summary>Additional environment variables of the commands.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Working folder of the commands; null for the repository.</summary>
    public string? Folder { get; init; }

    /// <summary>Starts <c>sweep</c> with these arguments.</summary>
    public RunningSweep Start(params string[] arguments)
    {
        var start = RunningSweep.StartInfo(["dotnet", BuiltPrograms.Client, .. arguments]);
        start.Environment["SWEEP_HOME"] = Home;
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        if (Folder is not null)
            start.WorkingDirectory = Folder;
        return new RunningSweep(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var sweep = Start(arguments);
        return await sweep.EndAsync(Patience);
    }

    /// <summary>Runs a command that must succeed, and returns what it printed.</summary>
    public async Task<string> OutputAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, $"sweep {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
        return output;
    }

    /// <summary>Returns the ids of this cluster's processes whose command line contains this word.</summary>
    public IReadOnlyList<int> Processes(string word) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(
                id => Read($"/proc/{id}/cmdline").Contains(word, StringComparison.Ordinal)
                    && Read($"/proc/{id}/environ").Contains(Home, StringComparison.Ordinal)),
    ];

    public void Dispose()
    {
        foreach (var id in Processes("Sweep.Silo.dll"))
            Process.GetProcessById(id).Kill(entireProcessTree: true);
        var server = Path.Combine(Home, "data", "postmaster.pid");
        if (File.Exists(server))
            Process.Start("kill", ["-INT", File.ReadLines(server).First()]).WaitForExit();
        for (var attempt = 0; attempt < 100 && File.Exists(server); attempt++)
            Task.Delay(50).Wait();
        Directory.Delete(Home, recursive: true);
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
