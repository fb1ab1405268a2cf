using System.Diagnostics;
using System.Runtime.InteropServices;
using Sweep.Client.Errors;

namespace Sweep.Client.Local;

/// <summary>
/// Handles Ctrl-C, SIGTERM and a closed terminal. The first signal asks for an orderly end, the second ends the program at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    // Programs such as timeout send a signal to the process and to its group, so two signals within this time count as one.
    private static readonly TimeSpan SameSignal = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Lock _gate = new();
    private long? _first;
    private bool _isDisposed;

    public Interruption() =>
        _registrations = Array.ConvertAll(
            [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP], signal => PosixSignalRegistration.Create(signal, OnSignal));

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _requested.Token;

    /// <summary>Asks for an orderly end, as the first signal does.</summary>
    public void RequestEnd()
    {
        lock (_gate)
        {
            _first ??= Stopwatch.GetTimestamp();
            if (!_isDisposed)
                _requested.CancelAsync();
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _requested.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            if (_first is null)
            {
                _first = Stopwatch.GetTimestamp();
                _requested.CancelAsync();
            }
            else if (Stopwatch.GetElapsedTime(_first.Value) > SameSignal)
            {
                // The children end with this process: PostgreSQL by its death signal, the silo at the end of its standard input.
                Environment.Exit((int)ExitCode.Interrupted);
            }
        }
    }
}
