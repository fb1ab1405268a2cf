using System.Diagnostics;
using Sweep.Client.Errors;

namespace Sweep.Client.Local;

/// <summary>
/// The silo of a private cluster: a child process that ends with this one, because its standard input ends when this process does.
/// </summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private const string ReadyWord = "READY";
    private const long LargeLog = 10_000_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    // This is longer than the silo's own limit for writing checkpoints.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly string _log;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _stopping;

    private SiloProcess(Process process, string log) => (_process, _log) = (process, log);

    public int Id => _process.Id;

    /// <summary>Completes when the process has ended, for whatever reason.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts a silo that prepares its start, but does not use its database before <see cref="JoinAsync"/>.</summary>
    /// <param name="log">The file to which its output is appended.</param>
    public static SiloProcess Launch(IReadOnlyList<string> program, string connectionString, string log)
    {
        if (File.Exists(log) && new FileInfo(log).Length > LargeLog)
            File.Move(log, log + ".old", overwrite: true);

        // In a session of its own the silo does not receive Ctrl-C from the terminal, which is for this program alone. The shell opens the
        // log, so that the silo can write to it even after this process has ended.
        var start = SystemCommand.Of("setsid", ["sh", "-c", "log=$1; shift; exec \"$@\" 2>>\"$log\"", "sh", log, .. program]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        ChildEnvironment.OfPrivateSilo(start.Environment, connectionString);
        var silo = new SiloProcess(Process.Start(start)!, log);
        silo.Ended = silo._process.WaitForExitAsync(CancellationToken.None);
        silo._process.OutputDataReceived += silo.ReadOutput;
        silo._process.BeginOutputReadLine();
        return silo;
    }

    /// <summary>Lets the silo join its cluster, and waits until it takes work.</summary>
    /// <exception cref="LocalClusterException">The silo ended, or did not take work within 60 seconds.</exception>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync("join".AsMemory(), cancellation);
            await _process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // The silo has ended already. The error below has the last line of its log.
        }

        try
        {
            await Task.WhenAny(_ready.Task, Ended).WaitAsync(StartLimit, cancellation);
        }
        catch (TimeoutException)
        {
            throw new LocalClusterException(
                $"The silo did not start within {StartLimit.TotalSeconds:0} s: {SweepHome.LastLine(_log)} ({_log})");
        }

        if (!_ready.Task.IsCompleted)
        {
            throw new LocalClusterException(
                $"The silo did not start: {Signals.Describe(_process.ExitCode)}; the last line of {_log}: {SweepHome.LastLine(_log)}");
        }
    }

    /// <exception cref="SiloEndedException">The silo ended, although this process did not ask it to.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited && !_stopping)
        {
            throw new SiloEndedException(
                $"The silo is gone: {Signals.Describe(_process.ExitCode)}; the last line of {_log}: {SweepHome.LastLine(_log)}. " +
                "Nothing is lost: run the same command again to go on.");
        }
    }

    /// <summary>
    /// Asks the silo to stop, which lets running trials write their checkpoints. <see cref="DisposeAsync"/> waits for its end.
    /// </summary>
    public void BeginStop()
    {
        _stopping = true;
        if (!_process.HasExited)
            _process.StandardInput.Close();
    }

    /// <summary>Stops the silo, and kills it when that takes longer than 45 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        BeginStop();
        if (!_process.HasExited)
        {
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

    private void ReadOutput(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        try
        {
            File.AppendAllText(_log, line.Data + "\n");
        }
        catch (IOException)
        {
            // The line of the log is lost, for example on a full disk; this process goes on.
        }

        if (line.Data.StartsWith(ReadyWord, StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
