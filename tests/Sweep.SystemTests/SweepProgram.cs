using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>The real programs in a private cluster of the test's own: a folder for it, and commands as a user types them.</summary>
public sealed class SweepProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static int _homes;

    /// <param name="end">What the name of its folder ends with.</param>
    public SweepProgram(string end = "")
    {
        Home = Path.Combine("/tmp", string.Create(CultureInfo.InvariantCulture, $"sweep-system-{Environment.ProcessId}-{Interlocked.Increment(ref _homes)}{end}"));
        Directory.CreateDirectory(Home);
    }

    public string Home { get; }

    /// <summary>More of the commands' environment.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Where the commands are typed, if not in the repository.</summary>
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

    /// <summary>Runs a command that must succeed, and answers what it printed.</summary>
    public async Task<string> OutputAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, $"sweep {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
        return output;
    }

    /// <summary>Ids of processes whose command line has this word and that belong to this cluster.</summary>
    public IReadOnlyList<int> Processes(string word) =>
    [
        .. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => Read($"/proc/{id}/cmdline").Contains(word, StringComparison.Ordinal) && Read($"/proc/{id}/environ").Contains(Home, StringComparison.Ordinal)),
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
