using System.Diagnostics;

namespace Sweep.Benchmarks;

/// <summary>Runs <c>sweep run</c> as a process with a home of its own.</summary>
internal static class SweepRun
{
    private static readonly string Here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>The full path of a file under <c>examples</c>.</summary>
    public static string Example(string file) => Path.GetFullPath(Path.Combine(Here, "..", "..", "..", "..", "examples", file));

    /// <param name="home">The folder for the database and everything else that outlives the command.</param>
    /// <param name="arguments">Those after <c>sweep run</c>.</param>
    /// <exception cref="InvalidOperationException">The command failed; the message has what it printed.</exception>
    public static async Task<(DateTime Started, TimeSpan Elapsed)> Async(string home, params string[] arguments)
    {
        var program = Path.Combine(Here, "..", "..", "Sweep.Client", Path.GetFileName(Here), "sweep.dll");
        var start = new ProcessStartInfo("dotnet", [program, "run", .. arguments])
        {
            Environment = { ["SWEEP_HOME"] = home },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var (now, clock) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var elapsed = Stopwatch.GetElapsedTime(clock);
        return process.ExitCode == 0
            ? (now, elapsed)
            : throw new InvalidOperationException($"sweep run ended with {process.ExitCode}: {await output}{await error}");
    }
}
