using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Handles SIGTERM and Ctrl-C from the start of the process. The first signal starts an orderly end, which may take up to a limit; the
/// second signal ends the process at once. The limit is needed since the database, or whatever else an orderly end waits for, may never
/// answer.
/// </summary>
internal sealed class Shutdown : IDisposable
{
    /// <summary>How long trials may take to write their checkpoints.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    /// <summary>Limit of an orderly end: the time for the trials, then the time to leave the cluster.</summary>
    public static readonly TimeSpan Limit = DrainLimit + TimeSpan.FromSeconds(4);

    private const string Consequence =
        "What it trained and did not give back goes on elsewhere, from the last checkpoints that were stored.";

    // Programs such as timeout signal both the process and its group, so two signals at nearly the same time count as one.
    private static readonly TimeSpan SameSignal = TimeSpan.FromMilliseconds(300);

    private readonly TimeSpan _limit;
    private readonly Action<int, string> _end;
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _gate = new();
    private long? _signalled;
    private bool _counting;

    /// <param name="limit">How long an orderly end may take.</param>
    /// <param name="end">Ends the process at once, with an exit code and a line.</param>
    public Shutdown(TimeSpan limit, Action<int, string> end)
    {
        (_limit, _end) = (limit, end);
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM];
        _registrations = Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Cancelled when the silo is asked to end.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Stops the host when a signal arrives, and starts the limit whenever the host stops, whatever the reason.</summary>
    public void Govern(IHostApplicationLifetime host)
    {
        _asked.Token.Register(host.StopApplication);
        host.ApplicationStopping.Register(Count);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            if (_signalled is { } before)
            {
                if (Stopwatch.GetElapsedTime(before) > SameSignal)
                    _end(SiloExit.Interrupted, $"silo: it was told to end a second time and ends at once. {Consequence}");
                return;
            }

            _signalled = Stopwatch.GetTimestamp();
        }

        Count();
        _asked.CancelAsync();
    }

    private void Count()
    {
        lock (_gate)
        {
            if (_counting)
                return;
            _counting = true;
        }

        // A separate thread is used, since all threads of the pool may wait for something that never answers.
        new Thread(() =>
        {
            Thread.Sleep(_limit);
            _end(
                SiloExit.Interrupted,
                $"silo: it was told to end {_limit.TotalSeconds:0} s ago and ends now: " +
                $"the database, the cluster or a trainer gave no answer. {Consequence}");
        })
        { IsBackground = true, Name = "end" }.Start();
    }
}
