using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
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
/// <param name="Unfinished">
/// Those of the trials up to <paramref name="MadeFrom"/> that were not over. They count with what they reached at rungs, which does not
/// change while they go on in further attempts, so <paramref name="Attempts"/> is without theirs.
/// </param>
/// <param name="By">Of each trial what proposed it; null where that is not told.</param>
/// <param name="From">
/// Of each trial the highest number of one whose outcome it was made from, in growing order; null where <paramref name="MadeFrom"/> is
/// that of each.
/// </param>
public sealed record TrialProposals(
    int First, IReadOnlyList<ParameterMap> Trials, int MadeFrom, long Attempts, IReadOnlyList<int>? Unfinished = null,
    IReadOnlyList<string>? By = null, IReadOnlyList<int>? From = null)
{
    /// <summary>Some of them.</summary>
    /// <param name="skip">How many at the beginning are left out.</param>
    public TrialProposals Part(int skip, int count) => this with
    {
        First = First + skip,
        Trials = [.. Trials.Skip(skip).Take(count)],
        By = By is null ? null : [.. By.Skip(skip).Take(count)],
        From = From is null ? null : [.. From.Skip(skip).Take(count)],
    };
}

/// <summary>
/// Proposes the trials of one sweep while it runs. It keeps what the rows have too, so that not everything is read and computed again; it
/// may be lost at any time.
/// </summary>
public sealed class SweepSearch(SweepSpec spec)
{
    private readonly ISearchMethod _method = SearchMethods.For(spec);
    private readonly SweepRules? _rules = StoppingRules.For(spec);
    private readonly List<ParameterMap> _parameters = [];

    /// <summary>How many trials' parameters are known here, from the first one on.</summary>
    public int Known => _parameters.Count;

    private readonly SearchWindow _window = new(spec.Search?.Window ?? SearchWindow.Default);

    private bool IsByArrival => spec.Search?.Order == SearchOrder.Arrival;

    /// <summary>The trials that may be proposed now.</summary>
    /// <param name="rows">All trials that are stored, in their order; those above <see cref="Known"/> with their parameters.</param>
    /// <param name="count">How many trials the sweep has at the most.</param>
    /// <param name="rungScores">
    /// With a stopping rule whose rungs grow by a factor, of each trial the scores at the rungs that it has reached.
    /// </param>
    /// <param name="scores">With several objectives the score of each, by the number of the trial.</param>
    /// <returns>Null when there is none.</returns>
    public TrialProposals? Next(
        IReadOnlyList<OutcomeRow> rows,
        int count,
        IReadOnlyList<IReadOnlyList<double>>? rungScores = null,
        IReadOnlyDictionary<int, double[]>? scores = null)
    {
        // A standby that took over may lack the last rows.
        if (Known > rows.Count)
            _parameters.RemoveRange(rows.Count, Known - rows.Count);
        _parameters.AddRange(rows.Skip(Known).Select(row => row.Parameters!));
        var trials = rows.Select((row, index) => scores is null
            ? Outcome(row, _parameters[index], rungScores?[index])
            : Outcome(row, _parameters[index], scores.GetValueOrDefault(row.Number))).ToList();
        var by = new List<string>();
        while (trials.Count < count && KnownFor(trials.Count + 1, trials) is { } known)
        {
            // The replicates of a point are proposed together, so that they are of one point also by arrival.
            for (var replicate = 0; replicate < spec.TrialsPerPoint && trials.Count < count; replicate++)
            {
                by.Add(spec.Method.Kind.ProposedBy(_method.HasLearned(trials.Count + 1, known)));
                trials.Add(new(trials.Count + 1, _method.Propose(trials.Count + 1, known), IsOver: false, Score: null));
            }
        }

        if (trials.Count == rows.Count)
            return null;
        var from = IsByArrival ? 0 : _method.WaitsFor(trials.Count);
        return new(
            rows.Count + 1,
            [.. trials.Skip(rows.Count).Select(trial => trial.Parameters)],
            from,
            rows.Take(from).Where(row => row.State.IsOver()).Sum(row => (long)row.Attempt),
            [.. rows.Take(from).Where(row => !row.State.IsOver()).Select(row => row.Number)],
            by,
            IsByArrival ? null : [.. trials.Skip(rows.Count).Select(trial => _method.WaitsFor(trial.Number))]);
    }

    private static TrialOutcome Outcome(OutcomeRow row, ParameterMap parameters, IReadOnlyList<double>? rungScores)
    {
        var isStopped = row.State == TrialState.Stopped;
        // One that was stopped before its first rung has nothing that could be compared with the others there.
        var hasScore = row.State == TrialState.Succeeded || (isStopped && rungScores is not { Count: 0 });
        return new(
            row.Number, parameters, row.State.IsOver(), hasScore ? row.Score : null,
            IsStopped: isStopped && rungScores is { Count: > 0 }, RungScores: rungScores);
    }

    /// <summary>The outcome by several objectives. A trial that lacks one of them has no score.</summary>
    private static TrialOutcome Outcome(OutcomeRow row, ParameterMap parameters, double[]? scores)
    {
        var known = row.State == TrialState.Succeeded ? scores : null;
        return new(row.Number, parameters, row.State.IsOver(), known?[0], Scores: known);
    }

    /// <summary>The number of a trial's point. A window counts points.</summary>
    private int Point(int number) => (number + spec.TrialsPerPoint - 1) / spec.TrialsPerPoint;

    private IReadOnlyList<KnownTrial>? KnownFor(int number, IReadOnlyList<TrialOutcome> trials) => IsByArrival
        ? KnownTrials.ByArrival(trials, (spec.Search?.Window ?? SearchWindow.Default) * spec.TrialsPerPoint)
        : _rules is { Halving: var (_, factor), Compared: { } compared } && trials.Any(trial => trial.RungScores is not null)
            ? KnownTrials.For(
                _method, number, trials,
                earlier => _window.KnownRung(Point(number), Point(earlier), compared.ComparedWith(Point(earlier)).Last, factor))
            : KnownTrials.For(_method, number, trials);
}
