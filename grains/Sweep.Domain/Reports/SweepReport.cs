using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static System.FormattableString;

namespace Sweep.Domain.Reports;

/// <summary>What a sweep found out: its trials in order, what each parameter did, and one sentence on what mattered.</summary>
/// <param name="Rows">
/// Succeeded trials by the objective, the best first (with several, by the rank of their point and then by the first one); then trials that
/// have not finished, then cancelled and failed ones, each by number.
/// </param>
/// <param name="Effects">The effects of the parameters that vary, the one that explains most first.</param>
/// <param name="Verdict">One sentence that names what mattered, as far as it is told apart from chance, with its numbers.</param>
/// <param name="Notes">Sentences that a reader of the numbers must know.</param>
/// <param name="Comparisons">Epochs of this sweep beside published ones; empty without a reference.</param>
public sealed record SweepReport(
    SweepSpec Spec,
    IReadOnlyList<TrialSummary> Rows,
    IReadOnlyList<ParameterEffect> Effects,
    string Verdict,
    IReadOnlyList<string> Notes,
    IReadOnlyList<ReferenceComparison> Comparisons)
{
    /// <summary>One sentence that names the best trial, or says that none has finished.</summary>
    public required string Answer { get; init; }

    /// <summary>The points of the search space: those with results by rank, then the others by number.</summary>
    public required IReadOnlyList<ReportPoint> Points { get; init; }

    /// <summary>Whether a point was trained more than once, so that the spread between seeds is known.</summary>
    public bool HasReplicates => Points.Any(point => point.Trials.Count > 1);

    /// <summary>What a program has reported, the objective first; null where the built-in model trained.</summary>
    public IReadOnlyList<Metric>? Reported { get; init; }

    /// <summary>What the parameters did to each number that trials end with, the objective first.</summary>
    public required IReadOnlyList<MeasureInfluence> Measures { get; init; }

    /// <summary>Where the variance between the trials comes from; null unless the trials that succeeded are a full grid.</summary>
    public VarianceDecomposition? Decomposition { get; init; }

    /// <summary>The trials that no other one beats in both metric and cost, for each metric and kind of cost.</summary>
    public required IReadOnlyList<ReportFront> Fronts { get; init; }

    /// <summary>The front of several objectives; null with one.</summary>
    public ReportObjectives? Objectives { get; init; }

    /// <summary>With several objectives the rank of each trial's point, by the trial's number; empty with one.</summary>
    public IReadOnlyDictionary<int, int> Ranks { get; init; } = new Dictionary<int, int>();

    /// <summary>Where attempts trained, the place of most attempts first; empty where that is not known.</summary>
    public IReadOnlyList<EnvironmentCount> Environments { get; init; } = [];

    /// <summary>Adds where attempts trained, and a note on each trial whose parts may not fit together bit for bit.</summary>
    /// <param name="resumed">The attempts of every trial that has more than one.</param>
    public SweepReport With(IReadOnlyList<EnvironmentCount> environments, IReadOnlyList<EnvironmentRow> resumed) => this with
    {
        Environments = environments,
        Notes = [.. Notes, .. ChangedEnvironments.NotesOn(resumed)],
    };

    /// <summary>Adds notes on what ended the sweep and whether it can be repeated.</summary>
    public SweepReport WithSearch(string? notReproducible, string? endedBy) => this with
    {
        Notes = [.. SearchText.Notes(notReproducible, endedBy), .. Notes],
    };

    /// <param name="reference">Published numbers; null for none.</param>
    /// <param name="epochs">This sweep's epochs that <paramref name="reference"/> names, with the numbers of their trials.</param>
    public static SweepReport Of(
        SweepSpec spec,
        IReadOnlyList<TrialSummary> trials,
        IReadOnlyList<ReferenceRow>? reference = null,
        IReadOnlyList<(int Number, EpochReport Metrics)>? epochs = null)
    {
        var points = ReportPoint.All(spec, trials);
        var reported = ReportedMetrics.Of(spec, trials);
        var study = InfluenceStudy.Of(spec, points, ReportMeasure.Of(spec, reported));
        var comparisons = reference is null ? [] : ReferenceComparison.Of(trials, reference, epochs ?? []);
        var ranks = ReportPoint.Ranks(spec, points);
        var first = spec.AllObjectives[0];
        List<TrialSummary> rows =
        [
            .. trials.OrderBy(Rank)
                .ThenBy(trial => ranks.GetValueOrDefault(trial.Number, int.MaxValue))
                .ThenBy(trial => HasSucceeded(trial)
                    ? first.Score(ObjectiveMetrics.Value(first.Metric, trial.Best, trial.Result) ?? trial.BestValue!.Value)
                    : 0)
                .ThenBy(trial => trial.Number),
        ];
        return new(
            spec,
            rows,
            study.Effects,
            ReportVerdict.Of(spec, trials, study),
            [.. NotesOn(spec, trials, points, reference, comparisons), .. study.Notes],
            comparisons)
        {
            Points = points,
            Reported = reported,
            Objectives = ReportObjectives.Of(spec, points),
            Ranks = ranks,
            Answer = ReportAnswer.Of(spec, rows, points),
            Decomposition = study.Decomposition,
            Measures = study.Measures,
            Fronts = ReportFront.Of(spec, trials),
        };
    }

    /// <summary>Whether a trial's number can be compared: it trained to its end, and its best value is finite.</summary>
    internal static bool HasSucceeded(TrialSummary trial) =>
        trial.State == TrialState.Succeeded && trial.BestValue is { } value && double.IsFinite(value);

    /// <summary>Whether a trial has succeeded or failed, and so counts for what parameters did.</summary>
    internal static bool IsOver(TrialSummary trial) => trial.State is TrialState.Succeeded or TrialState.Failed;

    private static int Rank(TrialSummary trial) => trial.State switch
    {
        TrialState.Succeeded => HasSucceeded(trial) ? 0 : 1,
        TrialState.Stopped => 2,
        TrialState.Running => 3,
        TrialState.Queued => 4,
        TrialState.Cancelled => 5,
        TrialState.Failed => 6,
        _ => throw new ArgumentOutOfRangeException(nameof(trial), trial.State, "A report has no place for this state."),
    };

    private static IEnumerable<string> NotesOn(
        SweepSpec spec,
        IReadOnlyList<TrialSummary> trials,
        IReadOnlyList<ReportPoint> points,
        IReadOnlyList<ReferenceRow>? reference,
        IReadOnlyList<ReferenceComparison> comparisons)
    {
        if (points.Count(point => point.Objective is not null) > 1 && points.All(point => point.Objective?.Deviation is null))
        {
            yield return "Each point was trained once, so how much the numbers vary between seeds is not known " +
                "(replicates: 5 trains each point with five seeds).";
        }

        if (spec.StartFrom is { } start)
            yield return Invariant($"Each trial began from the weights of {start} after epoch {start.Epoch}, not from random ones.");

        foreach (var note in SplitText.Notes(spec, trials))
            yield return note;

        var unfinished = trials.Count(trial => !trial.State.IsOver());
        if (unfinished > 0)
            yield return Invariant($"{unfinished} of {trials.Count} trials have not finished; the effects are of those that have.");
        if (trials.Count(trial => trial.State == TrialState.Stopped) is > 0 and var stopped)
        {
            yield return Invariant($"Rules stopped {stopped} of {trials.Count} trials before their last epochs; no mean counts them. ")
                + "They were the worse ones, so the effects are of those that trained to the end.";
        }

        foreach (var group in trials.Where(trial => trial.State is TrialState.Failed or TrialState.Cancelled).GroupBy(trial => trial.State))
        {
            var ended = group.Key == TrialState.Failed ? "failed" : "were cancelled";
            yield return Invariant($"{group.Count()} of {trials.Count} trials {ended}; no mean counts them.");
        }

        var matched = comparisons.Select(row => (row.Number, row.Epoch)).ToHashSet();
        var missing = reference?.Count(row => !trials.Any(trial => IsBeside(trial, row))) ?? 0;
        if (missing > 0)
            yield return Invariant($"{missing} of {reference!.Count} published rows have no epoch of this sweep beside them.");

        bool IsBeside(TrialSummary trial, ReferenceRow row) =>
            matched.Contains((trial.Number, row.Epoch)) && row.Matches(trial.Parameters);
    }
}
