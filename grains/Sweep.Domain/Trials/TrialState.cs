namespace Sweep.Domain.Trials;

/// <summary>Where a trial stands. The names are stored in <c>trials.state</c>, in lower case.</summary>
public enum TrialState { Queued, Running, Succeeded, Failed, Cancelled, Stopped }

/// <summary>What may happen to a trial.</summary>
public enum TrialMove
{
    /// <summary>A worker takes it: the next attempt begins.</summary>
    Lease,

    /// <summary>The attempt trained to its last epoch.</summary>
    Succeed,

    /// <summary>The attempt is over and the trial is not: it failed with tries left, its worker was lost, or it was given back.</summary>
    Requeue,

    /// <summary>It failed with no try left.</summary>
    Fail,

    /// <summary>A user cancelled it.</summary>
    Cancel,

    /// <summary>A user wants a failed or cancelled trial tried again.</summary>
    Retry,

    /// <summary>A stopping rule ended it before its last epoch.</summary>
    Stop,

    /// <summary>A user wants a stopped trial trained on to its last epoch.</summary>
    Resume,
}

/// <summary>The table of legal moves. A move that is not in it is a defect of the caller.</summary>
public static class TrialStates
{
    public static bool IsOver(this TrialState state) =>
        state is TrialState.Succeeded or TrialState.Failed or TrialState.Cancelled or TrialState.Stopped;

    /// <exception cref="IllegalMoveException">The table has no such move.</exception>
    public static TrialState After(this TrialState state, TrialMove move) => (state, move) switch
    {
        (TrialState.Queued, TrialMove.Lease) => TrialState.Running,
        (TrialState.Queued, TrialMove.Cancel) => TrialState.Cancelled,
        (TrialState.Queued, TrialMove.Stop) => TrialState.Stopped,
        (TrialState.Running, TrialMove.Succeed) => TrialState.Succeeded,
        (TrialState.Running, TrialMove.Requeue) => TrialState.Queued,
        (TrialState.Running, TrialMove.Fail) => TrialState.Failed,
        (TrialState.Running, TrialMove.Cancel) => TrialState.Cancelled,
        (TrialState.Running, TrialMove.Stop) => TrialState.Stopped,
        (TrialState.Failed, TrialMove.Retry) => TrialState.Queued,
        (TrialState.Cancelled, TrialMove.Retry) => TrialState.Queued,
        (TrialState.Stopped, TrialMove.Resume) => TrialState.Queued,
        _ => throw new IllegalMoveException($"A trial that is {state} cannot {move}."),
    };

    public static bool Allows(this TrialState state, TrialMove move) => (state, move) is
        (TrialState.Queued, TrialMove.Lease or TrialMove.Cancel or TrialMove.Stop)
        or (TrialState.Running,
            TrialMove.Succeed or TrialMove.Requeue or TrialMove.Fail or TrialMove.Cancel or TrialMove.Stop)
        or (TrialState.Failed or TrialState.Cancelled, TrialMove.Retry)
        or (TrialState.Stopped, TrialMove.Resume);
}

/// <summary>A move that the state's table does not have; the message names both ends.</summary>
public sealed class IllegalMoveException(string message) : InvalidOperationException(message);
