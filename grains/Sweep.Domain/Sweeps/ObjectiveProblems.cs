using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using static System.FormattableString;

namespace Sweep.Domain.Sweeps;

/// <summary>The rules for the section <c>objective</c> of a spec, and for what does not go with several objectives.</summary>
internal static class ObjectiveProblems
{
    public static IEnumerable<SpecProblem> OfKeys(SweepSpec spec) =>
        OfUnits(spec).Concat(spec.Objectives is { } several
            ? OfList(several)
            : spec.Program is not null || ObjectiveMetrics.IsOfEpochs(spec.Objective.Metric)
                ? []
                : [SpecProblem.Of("objective.metric", spec.Objective.Metric, $"expected {BuiltInMetrics.Catalog.Expectation}")]);

    public static IEnumerable<SpecProblem> OfTheWhole(SweepSpec spec)
    {
        if (spec.Objectives is not { Count: var count } several)
            yield break;
        var beside = string.Create(CultureInfo.InvariantCulture, $" beside {count} objectives");
        if (spec.Program is not null)
            yield return SpecProblem.About("program", "it" + beside, "expected one objective, which the program reports");
        if (spec.Objective != ObjectiveMetrics.OfEpochs(several))
        {
            yield return SpecProblem.About(
                "objective", $"{spec.Objective.Metric}{beside}", "expected the first of them that each epoch has");
        }

        if (spec.Method.Kind.NeedsOneObjective())
        {
            yield return SpecProblem.About(
                "method", spec.Method.Kind.Word() + beside, "expected nsga-ii, random, sobol or grid, or one objective");
        }

        if (spec.Budget?.Target is { } target)
            yield return SpecProblem.Of("budget.target", target, "leave it out, or write one objective", remark: beside);
        // Only what a user has named a bad value says nothing of the other objectives.
        foreach (var (index, rule) in (spec.Stop ?? []).Index().Where(rule => rule.Item is not StopSpec.Threshold))
        {
            yield return SpecProblem.About(
                "stop",
                rule.GetType().Name.ToLowerInvariant() + beside,
                "expected threshold, or no rule: others end trials that are the best by another objective",
                index);
        }
    }

    private static IEnumerable<SpecProblem> OfUnits(SweepSpec spec)
    {
        foreach (var unit in spec.AllObjectives.Select(objective => objective?.Unit).OfType<string>())
        {
            if (spec.Program is null)
                yield return SpecProblem.Of("objective.unit", unit, "leave it out; the built-in model's metrics have units of their own");
            else if (unit.Length is 0 or > Objective.MaxUnitLength || unit.Any(char.IsControl))
            {
                yield return SpecProblem.Of(
                    "objective.unit", unit, Invariant($"expected 1 to {Objective.MaxUnitLength} characters, such as passengers"));
            }
        }
    }

    private static IEnumerable<SpecProblem> OfList(IReadOnlyList<Objective> objectives)
    {
        var missing = objectives.TakeWhile(objective => objective is not null).Count();
        if (missing < objectives.Count)
        {
            yield return SpecProblem.Of("objective", null, $"expected {ObjectiveMetrics.Expectation}", missing);
            yield break;
        }

        // A list of one in a sweep file is that objective, without a list.
        if (objectives.Count is < 2 or > ObjectiveMetrics.Most)
        {
            yield return SpecProblem.About(
                "objective",
                string.Create(CultureInfo.InvariantCulture, $"{objectives.Count} objective{(objectives.Count == 1 ? "" : "s")}"),
                $"expected 2 to {ObjectiveMetrics.Most}, such as [val_loss, macs]");
            yield break;
        }

        foreach (var (index, objective) in objectives.Index())
        {
            if (ObjectiveMetrics.DefaultGoal(objective.Metric) is null)
                yield return SpecProblem.Of("objective.metric", objective.Metric, $"expected {ObjectiveMetrics.Expectation}", index);
            else if (objectives.Take(index).Any(earlier => earlier.Metric == objective.Metric))
                yield return SpecProblem.Of("objective.metric", objective.Metric, "expected each metric once", index);
        }

        if (ObjectiveMetrics.OfEpochs(objectives) is null)
        {
            yield return SpecProblem.About(
                "objective",
                $"no metric of epochs in [{string.Join(", ", objectives.Select(objective => objective.Metric))}]",
                $"expected {BuiltInMetrics.Catalog.Expectation} among them, by which the best epoch is chosen");
        }
    }
}
