using System.Globalization;
using System.Numerics;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>The rules for the list <c>require</c> of a spec.</summary>
internal static class ConstraintRules
{
    private const string Path = "require";

    private const int MaxConstraints = 100;

    /// <summary>How many random points are held against the constraints, and how many of them must satisfy all.</summary>
    private const int Points = 10_000, Fewest = 10;

    /// <summary>The most combinations that a grid holds against its constraints.</summary>
    private const int MaxCombinations = 200_000;

    /// <summary>The first mistake of each constraint.</summary>
    public static IEnumerable<SpecProblem> Problems(SearchSpace space)
    {
        if (space.Require is { Count: 0 or > MaxConstraints })
        {
            yield return SpecProblem.About(
                Path, $"{space.Require.Count} constraints", $"expected 1 to {MaxConstraints}, such as [hidden_size * layers <= 1024]");
            yield break;
        }

        foreach (var (index, text) in (space.Require ?? []).Index())
        {
            SpecProblem? problem = null;
            try
            {
                var constraint = Constraint.Parse(text ?? "", space.Catalog);
                problem = NoNumbers(constraint, space) is { } name
                    ? SpecProblem.Of(
                        Path, text, $"expected only parameters whose values in this file are all numbers", index,
                        $", where {name} may be a word")
                    : null;
            }
            catch (ConstraintException error)
            {
                problem = SpecProblem.Of(Path, text, error.Expected, index, error.Remark);
            }

            if (problem is not null)
                yield return problem;
        }
    }

    /// <summary>The mistake that no point, or next to none, satisfies the constraints, which are right one by one.</summary>
    public static SpecProblem? Unsatisfied(SearchSpace space, MethodKind method)
    {
        if (space.Require is not { } texts)
            return null;
        if (method == MethodKind.Grid)
        {
            if (GridSearch.Constrained(space) is var combinations && combinations > MaxCombinations)
            {
                return SpecProblem.About(
                    Path,
                    string.Create(
                        CultureInfo.InvariantCulture, $"constraints on parameters that have {combinations:#,0} combinations in the grid"),
                    string.Create(
                        CultureInfo.InvariantCulture, $"expected at most {MaxCombinations:#,0}; shorten a list, or use method: random"));
            }

            return None(texts, texts => new GridSearch(space with { Require = texts }, seed: 0).Total, "combination of the grid");
        }

        if (None(texts, texts => UnitCube.Allowed(space with { Require = texts }, Points), "point of the space") is { } none)
            return none;
        var allowed = UnitCube.Allowed(space, Points);
        return allowed >= Fewest ? null : SpecProblem.About(
            Path,
            string.Create(CultureInfo.InvariantCulture, $"constraints that {allowed} of {Points:#,0} random points satisfy"),
            $"expected at least {Fewest}; narrow the parameters' values instead, or use method: grid");
    }

    /// <summary>The mistake that nothing satisfies a constraint or, where each can be satisfied, all of them.</summary>
    private static SpecProblem? None(IReadOnlyList<string> texts, Func<IReadOnlyList<string>, BigInteger> count, string what)
    {
        if (count(texts) > 0)
            return null;
        foreach (var (index, text) in texts.Index())
        {
            if (count([text]).IsZero)
                return SpecProblem.Of(Path, text, $"expected a constraint that some {what} satisfies", index);
        }

        return SpecProblem.About(Path, $"constraints that no {what} satisfies together", "expected fewer or weaker ones");
    }

    /// <summary>A parameter of a constraint that may have a value without a number; null when there is none.</summary>
    private static string? NoNumbers(Constraint constraint, SearchSpace space)
    {
        var words = space.Dimensions
            .Where(dimension => (dimension.Domain as DimensionDomain.Choice)?.Values.Any(
                value => value is ParameterValue.Word or ParameterValue.Truth) == true)
            .Select(dimension => dimension.Name)
            .ToHashSet();
        return constraint.Parameters.FirstOrDefault(words.Contains);
    }
}
