using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>A trial of one sweep, and the one of another sweep with the same values.</summary>
public sealed record TrialPair(TrialSummary Here, TrialSummary There);

/// <summary>Two sweeps side by side.</summary>
/// <param name="Parameters">
/// The parameters that vary in either of them; paired trials are equal in all of these. Several trials with the same values are paired in
/// the order of their numbers.
/// </param>
/// <param name="Metrics">Those that are put side by side: of programs the objective of the first sweep.</param>
/// <param name="Pairs">The pairs in the order of the first sweep's ranking.</param>
/// <param name="Verdict">One sentence: which sweep is better, in how many pairs.</param>
/// <param name="Notes">One sentence for everything else that differs between them.</param>
public sealed record SweepComparison(
    string Here,
    string There,
    IReadOnlyList<ParameterDefinition> Parameters,
    IReadOnlyList<Metric> Metrics,
    IReadOnlyList<TrialPair> Pairs,
    string Verdict,
    IReadOnlyList<string> Notes)
{
    /// <summary>The spec of the second sweep.</summary>
    public required SweepSpec OtherSpec { get; init; }

    /// <summary>Whether both sweeps train the built-in model, whose metrics have known units.</summary>
    public bool AreOfModel { get; init; } = true;

    /// <param name="name">The name of the first sweep as it is stored; <paramref name="otherName"/> is that of the second.</param>
    public static SweepComparison Of(string name, SweepReport report, string otherName, SweepReport other)
    {
        var parameters = report.Spec.Parameters.Varying.Union(other.Spec.Parameters.Varying).ToList();
        var waiting = other.Rows.OrderBy(row => row.Number).GroupBy(Key)
            .ToDictionary(group => group.Key, group => new Queue<TrialSummary>(group));
        var partners = new Dictionary<int, TrialSummary>();
        foreach (var row in report.Rows.OrderBy(row => row.Number))
        {
            if (waiting.GetValueOrDefault(Key(row)) is { Count: > 0 } queue)
                partners[row.Number] = queue.Dequeue();
        }

        List<TrialPair> pairs =
        [
            .. report.Rows.Where(row => partners.ContainsKey(row.Number)).Select(row => new TrialPair(row, partners[row.Number])),
        ];
        var areOfModel = report.Reported is null && other.Reported is null;
        IReadOnlyList<Metric> metrics = areOfModel
            ? [Metric.ValLoss, Metric.ValAccuracy]
            : [report.Spec.Objective.Metric];
        return new(name, otherName, [.. parameters.Select(Definition)], metrics, pairs, VerdictOn(), [.. NotesOn()])
        {
            OtherSpec = other.Spec,
            AreOfModel = areOfModel,
        };

        ParameterDefinition Definition(string parameter) =>
            (report.Spec.Parameters.Catalog.Find(parameter) ?? other.Spec.Parameters.Catalog.Find(parameter))!;

        string Key(TrialSummary row) => string.Join('\n', parameters.Select(parameter => row.Parameters.Find(parameter)));

        string VerdictOn()
        {
            var objective = report.Spec.Objective;
            var both = pairs
                .Where(pair => SweepReport.HasSucceeded(pair.Here) && SweepReport.HasSucceeded(pair.There))
                .Select(pair => (Here: pair.Here.Best?.Find(objective.Metric), There: pair.There.Best?.Find(objective.Metric)))
                .Where(pair => pair is { Here: not null, There: not null })
                .Select(pair => (Here: pair.Here!.Value, There: pair.There!.Value))
                .ToList();
            if (both.Count == 0)
                return $"No trial of {name} and of {otherName} with the same values have both succeeded, so there is nothing to compare.";
            var wins = both.Count(pair => objective.Score(pair.Here) < objective.Score(pair.There));
            var losses = both.Count(pair => objective.Score(pair.Here) > objective.Score(pair.There));
            var counted = both.Count == 1 ? "1 pair" : $"{both.Count} pairs";
            var equal = wins + losses < both.Count ? $", {both.Count - wins - losses} are equal" : "";
            var (here, there) = (both.Average(pair => pair.Here), both.Average(pair => pair.There));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Of {counted} of trials with the same values {name} is better in {wins}, {otherName} in {losses}{equal}; " +
                $"mean {objective.Metric} {MetricText.InSentence(here)} and {MetricText.InSentence(there)}.");
        }

        IEnumerable<string> NotesOn()
        {
            var (here, there) = (report.Spec, other.Spec);
            foreach (var note in NotesOnPrograms(here, there))
                yield return note;
            if (here.Dataset.Sha256 != there.Dataset.Sha256 && here.Program is null && there.Program is null)
                yield return $"They train on different texts: {here.Dataset.Name} and {there.Dataset.Name}.";
            if (here.Program is null && there.Program is null && Split(here) != Split(there))
                yield return $"Their splits differ: {SplitText.Of(here.Dataset)} and {SplitText.Of(there.Dataset)}.";
            else if (here.Dataset.Sha256 == there.Dataset.Sha256 && Targets(here) != Targets(there))
                yield return "Their splits are of the same kind, but hold out other characters of the text.";
            if (here.Objective != there.Objective)
            {
                yield return
                    "Their objectives differ, so their best epochs are chosen differently: "
                    + $"{SearchText.Aims(here)} and {SearchText.Aims(there)}.";
            }
            else if (!here.AllObjectives.SequenceEqual(there.AllObjectives))
            {
                yield return
                    $"Their objectives differ, and pairs are compared by {here.Objective.Metric} alone: "
                    + $"{SearchText.Aims(here)} and {SearchText.Aims(there)}.";
            }

            if (report.Rows.Count > 0 && other.Rows.Count > 0)
            {
                foreach (var parameter in report.Spec.Parameters.Catalog.All.Select(definition => definition.Name).Except(parameters))
                {
                    var (ours, theirs) = (report.Rows[0].Parameters.Find(parameter), other.Rows[0].Parameters.Find(parameter));
                    if (ours is not null && theirs is not null && ours != theirs)
                        yield return $"{parameter} is {ours} in {name} and {theirs} in {otherName}.";
                }
            }

            if (report.Rows.Count > pairs.Count || other.Rows.Count > pairs.Count)
            {
                yield return $"{report.Rows.Count - pairs.Count} of {report.Rows.Count} trials of {name} and " +
                    $"{other.Rows.Count - pairs.Count} of {other.Rows.Count} of {otherName} have no partner.";
            }
        }

        IEnumerable<string> NotesOnPrograms(SweepSpec here, SweepSpec there)
        {
            if (here.Program is { } ours && there.Program is { } theirs)
            {
                if (ours.Sha256 != theirs.Sha256)
                    yield return "They run programs from different folders.";
                if (!ours.Command.SequenceEqual(theirs.Command))
                    yield return "Their command lines differ.";
            }
            else if ((here.Program ?? there.Program) is not null)
            {
                yield return $"{(here.Program is null ? otherName : name)} runs a program, and the other one trains the built-in model.";
            }
        }

        static (SplitKind, double, double) Split(SweepSpec spec) => (spec.Dataset.Kind, spec.Dataset.Validation, spec.Dataset.Test);

        // What else decides which characters are held out: the first one that is predicted and, of a random split, the sweep's seed.
        static (int?, long?) Targets(SweepSpec spec) =>
            (spec.Dataset.FirstTarget, spec.Dataset.Kind == SplitKind.Random ? spec.Seed : null);
    }
}
