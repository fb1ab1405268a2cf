using System.Collections.Immutable;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Search;

/// <summary>Short functions for search spaces and their parts.</summary>
internal static class Spaces
{
    public static ParameterValue Word(string text) => new ParameterValue.Word(text);

    public static ParameterValue Whole(long number) => new ParameterValue.Whole(number);

    public static ParameterValue Widths(params ImmutableArray<int> numbers) => new ParameterValue.Widths(numbers);

    public static Dimension Choice(string name, params ParameterValue[] values) => new(name, new DimensionDomain.Choice(values));

    public static Dimension Range(
        string name, double min, double max, Scale scale = Scale.Linear, int? count = null, double? step = null) =>
        new(name, new DimensionDomain.Range(min, max, scale, count, step));

    public static Dimension When(this Dimension dimension, params (string Name, ParameterValue[] Values)[] conditions) => dimension with
    {
        When = conditions.ToDictionary(condition => condition.Name, condition => (IReadOnlyList<ParameterValue>)condition.Values),
    };

    /// <summary>Returns the trials as the built-in model reads them.</summary>
    public static IEnumerable<TrialParameters> TypedTrials(this ISearchMethod method) => method.Trials().Select(trial => trial.ForModel());

    public static SearchSpace Of(params Dimension[] dimensions) => new(dimensions);

    public static SweepSpec Spec(
        SearchSpace space, MethodSpec? method = null, SplitKind split = SplitKind.Random, Objective? objective = null) => new(
        "name",
        new("text", new string('0', 64), split, 0.2),
        objective ?? new(Metric.ValLoss, Goal.Minimize),
        method ?? new(MethodKind.Grid),
        space,
        new(),
        new(),
        3,
        42);
}
