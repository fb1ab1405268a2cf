using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>Where a sweep stands. The names are stored in <c>sweeps.state</c>, in lower case.</summary>
public enum SweepState { Running, Paused, Completed, Cancelled }

/// <summary>What may happen to a sweep.</summary>
public enum SweepMove { Pause, Resume, Complete, Cancel, Retry }

/// <summary>
/// The table of legal moves. A move that is not in it is refused, and the user reads the message of the exception. A repeated move changes
/// nothing, so that every order may be repeated.
/// </summary>
public static class SweepStates
{
    /// <exception cref="IllegalMoveException">The table has no such move.</exception>
    public static SweepState After(this SweepState state, SweepMove move) => (state, move) switch
    {
        (SweepState.Running or SweepState.Paused, SweepMove.Pause) => SweepState.Paused,
        (SweepState.Running or SweepState.Paused, SweepMove.Resume) => SweepState.Running,
        (SweepState.Running or SweepState.Paused or SweepState.Completed, SweepMove.Complete) => SweepState.Completed,
        (SweepState.Running or SweepState.Paused or SweepState.Cancelled, SweepMove.Cancel) => SweepState.Cancelled,
        (SweepState.Paused, SweepMove.Retry) => SweepState.Paused,
        (SweepState.Running or SweepState.Completed or SweepState.Cancelled, SweepMove.Retry) => SweepState.Running,
        _ => throw new IllegalMoveException($"A sweep that is {state.ToString().ToLowerInvariant()} cannot {Verb(move)}."),
    };

    private static string Verb(SweepMove move) => move switch
    {
        SweepMove.Pause => "be paused",
        SweepMove.Resume => "be resumed",
        SweepMove.Complete => "complete",
        SweepMove.Cancel => "be cancelled",
        SweepMove.Retry => "be tried again",
        _ => throw new ArgumentOutOfRangeException(nameof(move), move, null),
    };
}
