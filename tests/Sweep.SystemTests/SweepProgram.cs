using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sweep.SystemTests;

/// <summary>The real programs in a private cluster of the test's own: a folder for it, and commands as a user types them.</summary>
public sealed class SweepProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static int _homes;

    public SweepProgram() => Directory.CreateDirectory(Home);

    /// <summary>Root of the repository: the folder that has the solution.</summary>
    public static string Repository { get; } = FindRepository();

    public string Home { get; } = Path.Combine("/tmp", string.Create(CultureInfo.InvariantCulture, $"sweep-system-{Environment.ProcessId}-{Interlocked.Increment(ref _homes)}"));

    /// <summary>Starts <c>sweep</c> with these arguments.</summary>
    public RunningSweep Start(params string[] arguments)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Sweep.Client", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "sweep.dll"));
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SWEEP_HOME"] = Home;
        start.Environment.Remove("SWEEP_POSTGRES");
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

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sweep.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests has Sweep.sln.");
        return folder.FullName;
    }
}

/// <summary>A command that runs, and what it has printed so far.</summary>
public sealed class RunningSweep : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    public RunningSweep(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public int Id => _process.Id;

    public async Task<(int Code, string Output, string Errors)> EndAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"waited {patience.TotalSeconds} s for the command to end; it printed: {_output}{_errors}");
        }

        return (_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    /// <summary>Waits until the command has printed a text.</summary>
    public async Task PrintedAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!Printed().Contains(text, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, $"waited 2 min for \"{text}\"; found: {Printed()}{_errors}");
            Assert.False(_process.HasExited, $"the command ended before it printed \"{text}\": {Printed()}{_errors}");
            await Task.Delay(50);
        }
    }

    public void Interrupt() => Process.Start("kill", ["-INT", Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private string Printed()
    {
        lock (_output)
            return _output.ToString();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }
}
