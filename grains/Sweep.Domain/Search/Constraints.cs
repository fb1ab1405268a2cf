namespace Sweep.Domain.Search;

/// <summary>The constraints of a space, which each point that is tried satisfies.</summary>
/// <exception cref="ConstraintException">One of them is wrong.</exception>
public sealed class Constraints(SearchSpace space)
{
    public IReadOnlyList<Constraint> All { get; } = [.. (space.Require ?? []).Select(text => Constraint.Parse(text, space.Catalog))];

    public bool Allow(ParameterMap point) => All.Count == 0 || All.All(constraint => constraint.Holds(point.ValueOf));
}
