using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>Decides how a trial's move is stored, by the orders in the rows of the sweep and the trial.</summary>
public static class TransitionRule
{
    /// <summary>
    /// A trial is leased only while its sweep runs. A trial that a user cancelled is cancelled however its attempt ends. A trial whose
    /// attempt stopped on a cancel that was withdrawn waits again, and so does one whose epochs are not all stored.
    /// </summary>
    /// <param name="cancelling">Whether the trial's row has an order to cancel it.</param>
    /// <param name="sweep">The state in the sweep's row.</param>
    /// <param name="lacksEpochs">Whether fewer than <see cref="TrialTransition.Epochs"/> are stored.</param>
    /// <returns>The state to store; null when the move is refused.</returns>
    public static TrialState? StoredAs(this TrialTransition move, bool cancelling, SweepState sweep, bool lacksEpochs = false) =>
        move.To switch
        {
            TrialState.Running => sweep == SweepState.Running ? TrialState.Running : null,
            _ when cancelling && move.From == TrialState.Running => TrialState.Cancelled,
            TrialState.Queued or TrialState.Succeeded or TrialState.Stopped when move.To == TrialState.Queued || lacksEpochs =>
                sweep == SweepState.Cancelled ? TrialState.Cancelled : TrialState.Queued,
            TrialState.Cancelled when move.From == TrialState.Running && sweep != SweepState.Cancelled => TrialState.Queued,
            _ => move.To,
        };
}
