namespace Sweep.Domain.Search;

/// <summary>
/// The axes of a space as coordinates between which distances mean something. An ordered axis is one coordinate. An axis of kinds has one
/// coordinate for each, so that all of them are equally far apart. Where a condition fails, the axis is at its middle, and one more
/// coordinate tells this from the middle itself.
/// </summary>
internal sealed class ModelSpace
{
    private readonly (int Axis, SearchAxis Of, bool HasFlag)[] _axes;

    public ModelSpace(UnitCube cube)
    {
        _axes = [.. cube.Axes.Index().Where(axis => !axis.Item.IsConstant)
            .Select(axis => (axis.Index, axis.Item, axis.Item.Dimension.When is not null))];
        Owners = [.. _axes.Index().SelectMany(axis =>
            Enumerable.Repeat(axis.Index, (axis.Item.Of.IsOrdered ? 1 : axis.Item.Of.Points) + (axis.Item.HasFlag ? 1 : 0)))];
    }

    /// <summary>By coordinate, the index among the axes that are no constants.</summary>
    public int[] Owners { get; }

    /// <param name="places">By axis of the space; not-a-number where a condition fails.</param>
    public double[] Point(IReadOnlyList<double> places)
    {
        var point = new List<double>(Owners.Length);
        foreach (var (axis, of, hasFlag) in _axes)
        {
            var (place, fails) = (places[axis], double.IsNaN(places[axis]));
            if (of.IsOrdered)
                point.Add(fails ? 0.5 : place);
            else
                // Two kinds are at a distance of 1 then.
                point.AddRange(Enumerable.Range(0, of.Points)
                    .Select(kind => !fails && kind == (int)(place * of.Points) ? Math.Sqrt(0.5) : 0));
            if (hasFlag)
                point.Add(fails ? 1 : 0);
        }

        return [.. point];
    }
}
