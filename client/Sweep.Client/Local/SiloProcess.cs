using System.Diagnostics;
using Sweep.Client.Errors;

namespace Sweep.Client.Local;

/// <summary>The silo of a private cluster: a child process that ends with this one, because its standard input ends then.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private const string ReadyWord = "READY";
    private const long LargeLog = 10_000_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    // Longer than the silo's own limit for writing checkpoints.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly string _log;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;

    private SiloProcess(Process process, string log) => (_process, _log) = (process, log);

    public int Id => _process.Id;

    /// <summary>Completes when the process is gone, for whatever reason.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts a silo and waits until it takes work.</summary>
    /// <param name="log">The file to which its output is appended.</param>
    /// <exception cref="LocalClusterException">It ended, or took too long.</exception>
    public static async Task<SiloProcess> StartAsync(IReadOnlyList<string> program, string connectionString, string log, CancellationToken cancellation)
    {
        if (File.Exists(log) && new FileInfo(log).Length > LargeLog)
            File.Move(log, log + ".old", overwrite: true);

        // A session of its own: Ctrl-C on the terminal is for this program alone. The shell opens the log, so that it outlives our pipes.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", "log=$1; shift; exec \"$@\" 2>>\"$log\"", "sh", log, .. program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // What the environment says of a cluster elsewhere is not meant for one that stays on this machine.
            Environment = { ["SWEEP_POSTGRES"] = connectionString, ["SWEEP_PARENT"] = "stdin", ["SWEEP_ADDRESS"] = null, ["SWEEP_CERTIFICATES"] = null },
        };
        var silo = new SiloProcess(Process.Start(start)!, log);
        silo.Ended = silo._process.WaitForExitAsync(CancellationToken.None);
        silo._process.OutputDataReceived += silo.Hear;
        silo._process.BeginOutputReadLine();
        try
        {
            await Task.WhenAny(silo._ready.Task, silo.Ended).WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            await silo.DisposeAsync();
            throw new LocalClusterException($"The silo did not start within {StartLimit.TotalSeconds:0} s: {SweepHome.LastLine(log)} ({log})");
        }
        catch (OperationCanceledException)
        {
            await silo.DisposeAsync();
            throw;
        }

        return silo._ready.Task.IsCompleted
            ? silo
            : throw new LocalClusterException(
                $"The silo did not start: {Signals.Describe(silo._process.ExitCode)}; the last line of {log}: {SweepHome.LastLine(log)}");
    }

    /// <exception cref="SiloEndedException">It ended without being asked to.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited && !_stopping)
        {
            throw new SiloEndedException(
                $"The silo is gone: {Signals.Describe(_process.ExitCode)}; the last line of {_log}: {SweepHome.LastLine(_log)}. " +
                "Nothing is lost: run the same command again to go on.");
        }
    }

    /// <summary>Asks it to stop, which lets running trials write their checkpoints, and waits; ends it by force when it takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            try
            {
                await Ended.WaitAsync(StopLimit);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await Ended;
            }
        }

        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        File.AppendAllText(_log, line.Data + "\n");
        if (line.Data.StartsWith(ReadyWord, StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
