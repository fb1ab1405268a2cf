using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>The row of a trial, as far as a search needs it.</summary>
/// <param name="Parameters">Null where the reader has them already.</param>
/// <param name="Score">The objective with lower winning, of the best epoch so far.</param>
public sealed record OutcomeRow(int Number, ParameterMap? Parameters, TrialState State, int Attempt, double? Score);

/// <summary>Trials to store, with what they were made from.</summary>
/// <param name="First">The number of the first one.</param>
/// <param name="MadeFrom">The highest number of a trial whose outcome they were made from; 0 for none.</param>
/// <param name="Attempts">
/// The attempts of the trials up to <paramref name="MadeFrom"/> together. When the rows have more, one of them was tried again since.
/// </param>
public sealed record TrialProposals(int First, IReadOnlyList<ParameterMap> Trials, int MadeFrom, long Attempts);

/// <summary>
/// Proposes the trials of one sweep while it runs. It keeps what the rows have too, so that not everything is read and computed again; it
/// may be lost at any time.
/// </summary>
public sealed class SweepSearch(SweepSpec spec)
{
    private readonly ISearchMethod _method = SearchMethods.For(spec);
    private readonly List<ParameterMap> _parameters = [];

    /// <summary>How many trials' parameters are known here, from the first one on.</summary>
    public int Known => _parameters.Count;

    private bool IsByArrival => spec.Search?.Order == SearchOrder.Arrival;

    /// <summary>The trials that may be proposed now.</summary>
    /// <param name="rows">All trials that are stored, in their order; those above <see cref="Known"/> with their parameters.</param>
    /// <param name="count">How many trials the sweep has at the most.</param>
    /// <returns>Null when there is none.</returns>
    public TrialProposals? Next(IReadOnlyList<OutcomeRow> rows, int count)
    {
        // A standby that took over may lack the last rows.
        if (Known > rows.Count)
            _parameters.RemoveRange(rows.Count, Known - rows.Count);
        _parameters.AddRange(rows.Skip(Known).Select(row => row.Parameters!));
        var trials = rows.Select((row, index) => new TrialOutcome(
            row.Number, _parameters[index], row.State.IsOver(), row.State == TrialState.Succeeded ? row.Score : null)).ToList();
        while (trials.Count < count && KnownFor(trials.Count + 1, trials) is { } known)
        {
            // The replicates of a point are proposed together, so that they are of one point also by arrival.
            for (var replicate = 0; replicate < spec.TrialsPerPoint && trials.Count < count; replicate++)
                trials.Add(new(trials.Count + 1, _method.Propose(trials.Count + 1, known), IsOver: false, Score: null));
        }

        if (trials.Count == rows.Count)
            return null;
        var from = IsByArrival ? 0 : _method.WaitsFor(trials.Count);
        return new(
            rows.Count + 1,
            [.. trials.Skip(rows.Count).Select(trial => trial.Parameters)],
            from,
            rows.Take(from).Sum(row => (long)row.Attempt));
    }

    private IReadOnlyList<KnownTrial>? KnownFor(int number, IReadOnlyList<TrialOutcome> trials) => IsByArrival
        ? KnownTrials.ByArrival(trials, (spec.Search?.Window ?? SearchWindow.Default) * spec.TrialsPerPoint)
        : KnownTrials.For(_method, number, trials);
}
