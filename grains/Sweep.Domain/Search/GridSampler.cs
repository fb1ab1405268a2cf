using System.Numerics;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Search;

/// <summary>
/// Every combination of the dimensions' values, in the order of the file, the last one varying fastest.
/// Where the condition of a dimension does not hold it has its default, once.
/// </summary>
/// <exception cref="ArgumentException">A dimension is a range without a count or a step.</exception>
public sealed class GridSampler(SearchSpace space, long seed) : ISampler
{
    private readonly (Dimension Dimension, IReadOnlyList<ParameterValue> Points)[] _axes =
    [
        .. space.Dimensions.Select(dimension => (dimension, dimension.Points()
            ?? throw new ArgumentException($"A grid over the range {dimension.Name} needs a count or a step.", nameof(space)))),
    ];

    public IEnumerable<TrialParameters> Trials()
    {
        var places = new int[_axes.Length];
        var chosen = new Dictionary<string, ParameterValue>();
        var axis = 0;
        while (axis >= 0)
        {
            // What stands before the axis that moved is as it was.
            for (; axis < _axes.Length; axis++)
                Choose(_axes[axis].Dimension, _axes[axis].Points[places[axis]], chosen);
            yield return ParameterAssignment.ToTrial(chosen, seed);
            for (axis = _axes.Length - 1; axis >= 0; axis--)
            {
                if (chosen.ContainsKey(_axes[axis].Dimension.Name) && ++places[axis] < _axes[axis].Points.Count)
                    break;
                places[axis] = 0;
            }
        }
    }

    /// <summary>How many trials there are, by arithmetic: nothing is expanded.</summary>
    public BigInteger Count() => Count(0, []);

    private BigInteger Count(int axis, Dictionary<string, ParameterValue> chosen)
    {
        if (axis == _axes.Length)
            return 1;
        var (dimension, points) = _axes[axis];
        var conditions = _axes.Skip(axis + 1).Select(later => later.Dimension.When?.GetValueOrDefault(dimension.Name)).OfType<IReadOnlyList<ParameterValue>>().ToList();
        // Values on which every later condition agrees have equally many trials below them, so one of each kind is counted.
        return points
            .GroupBy(point => string.Concat(conditions.Select(allowed => allowed.Contains(point) ? '1' : '0')))
            .Aggregate(BigInteger.Zero, (sum, alike) =>
            {
                // A dimension whose condition does not hold has one value, whichever it is asked for.
                return Choose(dimension, alike.First(), chosen) ? sum + (alike.Count() * Count(axis + 1, chosen)) : Count(axis + 1, chosen);
            });
    }

    private static bool Choose(Dimension dimension, ParameterValue value, Dictionary<string, ParameterValue> chosen)
    {
        if (dimension.Applies(chosen))
        {
            chosen[dimension.Name] = value;
            return true;
        }

        chosen.Remove(dimension.Name);
        return false;
    }
}
