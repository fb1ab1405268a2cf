using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Live;

/// <summary>What the search of a sweep and its held trials wait for, and the next rung of each trial that runs.</summary>
/// <param name="Next">The trials that the next proposal waits for.</param>
/// <param name="Held">Trials that wait to be judged after an epoch, and the first trial that each waits for.</param>
/// <param name="NextRungs">By number.</param>
internal sealed record SearchProgress(
    bool IsByArrival, IReadOnlyList<AwaitedTrial> Next, IReadOnlyList<(int Number, int Epoch, int? For)> Held,
    IReadOnlyDictionary<int, int> NextRungs)
{
    public static SearchProgress Of(
        SearchWait wait, int proposed, IReadOnlyList<OpenTrial> unfinished, IReadOnlyList<TrialSummary> running) => new(
        wait.IsByArrival,
        wait.ForProposal(proposed + 1, unfinished),
        [
            .. unfinished.Where(trial => trial.HeldAt is not null)
                .Select(trial => (trial.Number, trial.HeldAt!.Value, wait.ForJudgement(trial, proposed, unfinished))),
        ],
        running
            .Select(trial => (trial.Number, Rung: wait.NextRung(trial.Number, trial.Parameters.Epochs, trial.EpochsDone)))
            .Where(trial => trial.Rung is not null)
            .ToDictionary(trial => trial.Number, trial => trial.Rung!.Value));
}
