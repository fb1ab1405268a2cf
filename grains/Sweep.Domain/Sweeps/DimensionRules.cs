using System.Globalization;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>The rules for the section <c>parameters</c> of a spec.</summary>
internal static class DimensionRules
{
    /// <summary>The first mistake of each parameter.</summary>
    public static IEnumerable<SpecProblem> Problems(SearchSpace space, MethodKind method)
    {
        var before = new List<Dimension>();
        foreach (var dimension in space.Dimensions)
        {
            if (Problem(dimension, space with { Dimensions = before }, method) is { } problem)
                yield return problem;
            else
                before.Add(dimension);
        }
    }

    /// <param name="before">The parameters that stand before it and are right.</param>
    private static SpecProblem? Problem(Dimension? dimension, SearchSpace before, MethodKind method)
    {
        if (dimension is null)
            return SpecProblem.Of("parameters", null, "expected parameters");
        var path = $"parameters.{dimension.Name}";
        if (before.Catalog.Find(dimension.Name) is not { } definition)
            return Unknown(path, before.Catalog);
        if (before.Dimensions.Any(other => other.Name == dimension.Name))
            return SpecProblem.About(path, "the key a second time", "expected it once");
        return Conditions(dimension, before, $"{path}.when") ?? dimension.Domain switch
        {
            DimensionDomain.Choice choice => Values(definition, choice.Values, choice.Values.Count == 1 ? path : $"{path}.values"),
            DimensionDomain.Range range => Range(definition, range, path, method),
            _ => throw new InvalidOperationException($"A kind of domain without rules: {dimension.Domain.GetType().Name}."),
        };
    }

    private static SpecProblem Unknown(string path, ParameterCatalog catalog) => SpecProblem.About(
        path, "an unknown key", $"expected one of {string.Join(", ", catalog.All.Select(definition => definition.Name))}");

    /// <summary>Conditions may name only parameters that stand before their own, and only values that those can have.</summary>
    private static SpecProblem? Conditions(Dimension dimension, SearchSpace before, string path)
    {
        if (dimension.When is not { } conditions)
            return null;
        if (conditions.Count == 0)
            return SpecProblem.Of(path, "{ }", "expected a parameter and its values, such as { cell: lstm }");
        var reachable = new ReachableValues(before);
        foreach (var (name, allowed) in conditions)
        {
            var key = $"{path}.{name}";
            if (before.Catalog.Find(name) is not { } other)
                return Unknown(key, before.Catalog);
            if (before.Dimensions.All(earlier => earlier.Name != name))
            {
                return SpecProblem.About(
                    key, name, "a condition may name only parameters that stand before its own, with values that are right");
            }

            if (Values(other, allowed, key) is { } wrong)
                return wrong;
            if (allowed.FirstOrDefault(value => !reachable.CanBe(name, value)) is { } impossible)
                return SpecProblem.About(key, SpecProblem.Show(impossible), $"expected a value that {name} has in this file");
        }

        return null;
    }

    private static SpecProblem? Values(ParameterDefinition definition, IReadOnlyList<ParameterValue>? values, string path)
    {
        if (values is null or { Count: 0 })
            return SpecProblem.About(path, "an empty list", "expected at least one value");
        var seen = new HashSet<ParameterValue>();
        foreach (var (index, value) in values.Index())
        {
            int? item = values.Count > 1 ? index : null;
            if (value is null || !definition.Accepts(value))
                return NotAccepted(definition, value, path, item);
            if (!seen.Add(value))
                return SpecProblem.Of(path, value, "expected each value once", item, " a second time");
        }

        return null;
    }

    private static SpecProblem NotAccepted(ParameterDefinition definition, ParameterValue? value, string path, int? item) =>
        definition.Kind == ParameterKind.Widths
        && value is ParameterValue.Widths { Numbers: { Length: <= ParameterDefinition.MaxWidths } widths }
            ? SpecProblem.About(
                path, SpecProblem.Show(widths.First(width => !definition.Within(width))), $"expected {definition.WholeExpectation}", item)
            : SpecProblem.Of(path, value, $"expected {definition.Expectation}", item);

    private static SpecProblem? Range(ParameterDefinition definition, DimensionDomain.Range range, string path, MethodKind method)
    {
        if (!definition.IsNumeric)
            return SpecProblem.About(path, "a range", $"{definition.Name} has no order; expected {{ values: [ … ] }}");
        return End("min", range.Min) ?? End("max", range.Max) ?? Count() ?? Step() ?? Together();

        SpecProblem? End(string key, double number) =>
            definition.Accepts(Value(definition, number))
                ? null
                : SpecProblem.Of($"{path}.{key}", number, $"expected {definition.Expectation}");

        SpecProblem? Count() => SpecBounds.Count(path).Problems(range.Count).FirstOrDefault();

        SpecProblem? Step() => range.Step is not { } step ? null
            : definition.Kind == ParameterKind.Whole && !(step >= 1 && step == Math.Truncate(step))
                ? SpecProblem.Of($"{path}.step", step, SpecBounds.WholeStep(path).Expected)
            : !(step > 0 && double.IsFinite(step)) ? SpecProblem.Of($"{path}.step", step, "step must be above 0")
            : null;

        SpecProblem? Together() => range switch
        {
            _ when range.Min >= range.Max =>
                Wrong($"min {SpecProblem.Show(range.Min)} and max {SpecProblem.Show(range.Max)}", "min must be below max"),
            { Scale: Scale.Log, Min: <= 0 } => Wrong($"min {SpecProblem.Show(range.Min)} with scale log", "min must be above 0"),
            { Count: not null, Step: not null } => Wrong("count and step", "expected one of them"),
            { Scale: Scale.Log, Step: not null } =>
                Wrong("step with scale log", "expected count, whose points are evenly spaced on the scale"),
            _ when range.Step > range.Max - range.Min => Wrong($"step {SpecProblem.Show(range.Step)}", "step must be at most max − min"),
            { Count: null, Step: null } when method == MethodKind.Grid =>
                Wrong("a range without count or step", "a grid needs one of them, such as count: 5"),
            { Step: not null } when RangePoints.Count(range) > SweepSpec.MaxTrials => Wrong(
                $"step {SpecProblem.Show(range.Step)}",
                string.Create(
                    CultureInfo.InvariantCulture, $"expected a larger one, which makes at most {SweepSpec.MaxTrials:#,0} points")),
            _ => null,
        };

        SpecProblem Wrong(string found, string expected) => SpecProblem.About(path, found, expected);
    }

    /// <summary>A number of a range as a value. For a whole parameter it is a whole number, however large.</summary>
    private static ParameterValue Value(ParameterDefinition definition, double number) =>
        definition.Kind == ParameterKind.Whole && number == Math.Truncate(number) && Math.Abs(number) <= long.MaxValue
            ? new ParameterValue.Whole((long)number)
            : ParameterValue.Of(number);
}
