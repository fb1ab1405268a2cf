using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>What the orders in the rows of the sweep and the trial make of a trial's move.</summary>
public static class TransitionRule
{
    /// <summary>
    /// Nothing is leased unless its sweep runs. An attempt that a user cancelled ends as cancelled however it ends, and one that stopped on
    /// a cancel that was taken back waits again. So does one whose epochs are not all stored.
    /// </summary>
    /// <param name="cancelling">Of the trial's row.</param>
    /// <param name="sweep">The state in the sweep's row.</param>
    /// <param name="lacksEpochs">Whether fewer than <see cref="TrialTransition.Epochs"/> are stored.</param>
    /// <returns>The state to store; null when the move is refused.</returns>
    public static TrialState? StoredAs(this TrialTransition move, bool cancelling, SweepState sweep, bool lacksEpochs = false) =>
        move.To switch
        {
            TrialState.Running => sweep == SweepState.Running ? TrialState.Running : null,
            _ when cancelling && move.From == TrialState.Running => TrialState.Cancelled,
            TrialState.Queued or TrialState.Succeeded when move.To == TrialState.Queued || lacksEpochs =>
                sweep == SweepState.Cancelled ? TrialState.Cancelled : TrialState.Queued,
            TrialState.Cancelled when move.From == TrialState.Running && sweep != SweepState.Cancelled => TrialState.Queued,
            _ => move.To,
        };
}
