using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sweep.Tests.Silo;

/// <summary>The silo's program and what it writes. The process is killed when this object is disposed of.</summary>
internal sealed class SiloRun : IDisposable
{
    public const int Terminate = 15;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<int> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private SiloRun(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(), ListenAsync());
    }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>The lines on the silo's standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Starts a silo without slots.</summary>
    /// <param name="prefix">A command that runs the silo's command line, which follows it.</param>
    /// <param name="folder">The silo's current folder.</param>
    /// <param name="variables">Further variables of the silo's environment.</param>
    public static SiloRun Start(
        string database, IReadOnlyList<string> options, IReadOnlyList<string>? prefix = null, string? folder = null,
        params (string Name, string Value)[] variables)
    {
        string[] command = [.. prefix ?? [], .. Sweep.Client.Local.SiloProgram.Find(), "--devices", "cpu", "--slots", "0", .. options];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["SWEEP_POSTGRES"] = database;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new(start);
    }

    /// <summary>Waits until the silo reports that it is ready.</summary>
    /// <returns>The port of its HTTP endpoints.</returns>
    public async Task<int> ReadyAsync()
    {
        await Task.WhenAny(_ready.Task, _reading).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.True(_ready.Task.IsCompleted, $"The silo ended before it was ready: {string.Join('\n', Errors)}");
        return await _ready.Task;
    }

    /// <summary>Waits for a line on the silo's standard error that contains these words.</summary>
    public Task SaysAsync(string words) => Cluster.Poll.UntilAsync(
        () => Task.FromResult(Errors.Any(line => line.Contains(words, StringComparison.Ordinal))), $"the silo to say \"{words}\"",
        () => string.Join('\n', Errors));

    public void Send(int signal) => _ = Send(Id, signal);

    /// <summary>Waits until the silo ends.</summary>
    /// <returns>The silo's exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _reading.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until the silo ends, with this exit code and a single line on standard error that contains this text.</summary>
    public async Task RefusesAsync(int exitCode, string line)
    {
        var code = await EndAsync();
        Assert.True(
            code == exitCode && Errors.Count == 1, $"expected {exitCode} and one line, found {code} and:\n{string.Join('\n', Errors)}");
        Assert.Contains(line, Errors[0], StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            _errors.Enqueue(line);
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("READY ", StringComparison.Ordinal))
                _ready.TrySetResult(JsonDocument.Parse(line["READY ".Length..]).RootElement.GetProperty("http").GetInt32());
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int processId, int signal);
}
