using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Stores the trials of one sweep that its method proposes, as far as what is known allows.</summary>
internal sealed class SweepProposer(
    StoredSweep sweep, IProposalStore store, IObjectiveStore objectives, SweepInstruments instruments, TimeProvider time)
{
    private readonly SweepSearch _search = new(sweep.Spec);
    private readonly RefusalPause _pause = new(time);

    /// <param name="count">How many trials the sweep has at the most.</param>
    /// <param name="judge">The judge of the sweep; null where no rule compares its trials.</param>
    /// <param name="refused">
    /// Is called with the trial that the database refuses. It and those after it are proposed again after a pause, with the same parameters
    /// unless the search is by arrival.
    /// </param>
    /// <returns>Whether trials were stored.</returns>
    public async Task<bool> ProposeAsync(
        int count, SweepJudge? judge, Action<TrialId, Exception> refused, CancellationToken cancellation)
    {
        if (_pause.IsOn)
            return false;
        var rows = await store.OutcomesAsync(sweep.Id, _search.Known, cancellation);
        var scores = sweep.Spec.Objectives is null ? null : await objectives.ScoresAsync(sweep.Id, cancellation);
        // Null where the sweep has no rungs that grow by a factor.
        var rungs = judge is { Rules.Halving: not null } ? await judge.RungScoresAsync(rows.Count) : null;
        if (_search.Next(rows, count, rungs, scores) is not { } proposals)
            return false;
        var stored = await store.ProposeAsync(sweep.Id, proposals, cancellation);
        instruments.Proposed((proposals.By ?? []).Take(stored.Stored));
        _pause.Set(stored.Refused is not null);
        if (stored is { Refused: { } trial, Refusal: { } refusal })
            refused(trial, refusal);
        return stored.Stored > 0;
    }
}
