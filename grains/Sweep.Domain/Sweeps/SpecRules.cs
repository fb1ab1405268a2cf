using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>
/// The rules that every spec must follow. The reader of sweep files applies them and adds the line in the file. The sweep's grain applies
/// them again, since its caller may be another client, and the scheduler would lease the trials of a wrong spec again and again.
/// </summary>
public static partial class SpecRules
{
    /// <summary>The mistakes in a spec; empty when it may be trained.</summary>
    public static IReadOnlyList<SpecProblem> Problems(SweepSpec spec)
    {
        List<SpecProblem> problems = [.. OfKeys(spec)];
        return problems.Count > 0 ? problems : [.. OfTheWhole(spec)];
    }

    /// <summary>The mistakes in single keys, and in parameters that do not fit those before them.</summary>
    public static IEnumerable<SpecProblem> OfKeys(SweepSpec spec) =>
    [
        .. Unless(SweepName.IsValid(spec.Name), "name", spec.Name, $"expected {SweepName.Expectation}"),
        .. Unless(
            spec.Dataset.Validation is > 0 and < 1,
            "dataset.validation", spec.Dataset.Validation, "expected a share above 0 and below 1"),
        .. Unless(
            spec.Dataset.Test is >= 0 and < 1,
            "dataset.test", spec.Dataset.Test, "expected a share of at least 0 and below 1"),
        .. ObjectiveProblems.OfKeys(spec),
        .. Method(spec.Method),
        .. Budget(spec.Budget),
        .. Search(spec),
        .. DimensionRules.Problems(spec.Parameters, spec.Method.Kind),
        .. ConstraintRules.Problems(spec.Parameters),
        .. SpecBounds.Slots.Problems(spec.Resources.Slots),
        .. SpecBounds.MaxConcurrent.Problems(spec.Resources.MaxConcurrent),
        .. SpecBounds.Priority.Problems(spec.Resources.Priority),
        .. Labels(spec.Resources.Require),
        .. SpecBounds.Every.Problems(spec.Checkpoint.Every),
        .. SpecBounds.Keep.Problems(spec.Checkpoint.Keep),
        .. SpecBounds.Retries.Problems(spec.Retries),
        .. SpecBounds.StallLimit.Problems(spec.StallLimit),
        .. SpecBounds.Seed.Problems(spec.Seed),
        .. SpecBounds.Replicates.Problems(spec.Replicates),
        .. StopProblems.OfKeys(spec.Stop),
        .. ProgramRules.Problems(spec),
    ];

    /// <summary>The mistakes in a spec whose keys are all right: it has nothing to try, or too much.</summary>
    public static IEnumerable<SpecProblem> OfTheWhole(SweepSpec spec)
    {
        const int most = SweepSpec.MaxTrials;
        if (spec.Dataset.Validation + spec.Dataset.Test >= 1)
        {
            yield return SpecProblem.Of(
                "dataset.test",
                spec.Dataset.Test,
                "expected a share that is below 1 together with validation, so that some text is left to train on");
        }

        if (FirstTarget(spec) is { } wrong)
            yield return wrong;
        foreach (var problem in ObjectiveProblems.OfTheWhole(spec).Concat(StopProblems.OfTheWhole(spec)))
            yield return problem;
        if (spec.Parameters.Dimensions.Count == 0)
            yield return SpecProblem.About("parameters", "no parameter", "expected at least one, such as cell: lstm");
        else if (spec.Method.Kind != MethodKind.Grid && spec.Parameters.Varying.Count == 0)
        {
            yield return SpecProblem.About(
                "method", $"{spec.Method.Kind.Word()}, but no parameter varies", "expected a parameter with values or a range");
        }
        else if (spec.Method.Kind is MethodKind.Gp or MethodKind.CmaEs && !HasOrder(spec.Parameters))
        {
            yield return SpecProblem.About(
                "method",
                $"{spec.Method.Kind.Word()}, but no parameter that varies has an order",
                "expected a range or a list of rising numbers, or method: tpe");
        }
        else if (spec.TrialsPerPoint > 1 && Seeds(spec).FirstOrDefault() is { } listed)
        {
            yield return SpecProblem.About(
                "replicates",
                $"{SpecProblem.Show(spec.Replicates)} and several values of {listed}",
                $"expected one of them; leave {listed} out for seeds that are derived from the sweep's");
        }
        else if (ConstraintRules.Unsatisfied(spec.Parameters, spec.Method.Kind) is { } unsatisfied)
            yield return unsatisfied;
        else if (Trials(spec) is var trials && trials > most)
        {
            var all = spec.TrialsPerPoint == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" with {spec.Replicates} replicates");
            var isGrid = spec.Method.Kind == MethodKind.Grid;
            var less = isGrid ? "shorten a list, or use method: random" : "lower it";
            yield return SpecProblem.About(
                isGrid ? "parameters" : "budget.trials",
                string.Create(
                    CultureInfo.InvariantCulture, $"a {spec.Method.Kind.Word()}{(isGrid ? "" : " search")} of {trials:#,0} trials{all}"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"expected at most {most:#,0}; {less}{(spec.TrialsPerPoint > 1 ? ", or lower replicates" : "")}"));
        }
    }

    private static IEnumerable<string> Seeds(SweepSpec spec) => spec.Parameters.Varying.Except(spec.Parameters.VaryingWithoutSeed);

    private static BigInteger Trials(SweepSpec spec) => spec.TrialsPerPoint * (spec.Method.Kind == MethodKind.Grid
        ? new GridSearch(spec.Parameters, spec.Seed).Total
        : spec.Method.Trials ?? 0);

    private static bool HasOrder(SearchSpace space) => space.Dimensions
        .Select(dimension => new SearchAxis(dimension, space.Catalog))
        .Any(axis => axis is { IsOrdered: true, IsConstant: false });

    /// <summary>No sweep file has this key: it is filled in when a sweep is submitted.</summary>
    private static SpecProblem? FirstTarget(SweepSpec spec)
    {
        if (spec.Dataset.FirstTarget is not { } first)
            return null;
        if (spec.Dataset.Split == SplitKind.Windows)
            return SpecProblem.Of("dataset.first_target", first, "expected none with split: windows, where each trial has its own");
        var longest = new ReachableValues(spec.Parameters).LongestWindow;
        return first >= longest
            ? null
            : SpecProblem.Of("dataset.first_target", first, $"expected at least {longest}, the longest sequence_length");
    }

    private static IEnumerable<SpecProblem> Unless(bool right, string path, object value, string expected) =>
        right ? [] : [SpecProblem.Of(path, value, expected)];

    private static IEnumerable<SpecProblem> Method(MethodSpec method) => (method.Kind, method.Trials) switch
    {
        (MethodKind.Grid, { } trials) => [SpecProblem.Of(
            "budget.trials", trials, "leave it out, a grid has as many trials as combinations", remark: " for a grid")],
        (not MethodKind.Grid, null) =>
            [SpecProblem.About("method", $"{method.Kind.Word()} without budget.trials", "expected budget: { trials: … }")],
        (MethodKind.Gp, > GpSearch.MostTrials and <= SweepSpec.MaxTrials) =>
        [
            SpecProblem.Of(
                "budget.trials",
                method.Trials,
                string.Create(CultureInfo.InvariantCulture, $"expected at most {GpSearch.MostTrials:#,0}, or method: tpe"),
                remark: " for gp"),
        ],
        _ => SpecBounds.Trials.Problems(method.Trials),
    };

    private static IEnumerable<SpecProblem> Budget(BudgetSpec? budget) => budget is null ? [] :
    [
        .. SpecBounds.Epochs.Problems(budget.Epochs),
        .. budget.Time is { } time ? SpecBounds.Time.Problems(time) : [],
        .. Unless(budget.Target is not { } target || double.IsFinite(target), "budget.target", budget.Target ?? 0, "expected a number"),
        .. SpecBounds.Failures.Problems(budget.Failures),
    ];

    private static IEnumerable<SpecProblem> Search(SweepSpec spec) => spec.Search is not { } search ? []
        : spec.Method.Kind.Learns() ? SpecBounds.Window.Problems(search.Window)
        :
        [
            SpecProblem.About(
                "search", $"it beside method: {spec.Method.Kind.Word()}", "leave it out, no trial of that method waits for an outcome"),
        ];

    private static IEnumerable<SpecProblem> Labels(IReadOnlyList<string>? labels)
    {
        if (labels is { Count: 0 })
            yield return SpecProblem.Of("resources.require", "[]", SpecBounds.LabelsExpected);
        foreach (var (index, label) in (labels ?? []).Index())
        {
            if (label is null || !Label().IsMatch(label) || labels!.Take(index).Contains(label))
            {
                yield return SpecProblem.Of("resources.require", label, SpecBounds.LabelsExpected, index);
                yield break;
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}(=[A-Za-z0-9._-]{1,100})?\z")]
    private static partial Regex Label();
}
