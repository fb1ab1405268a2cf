namespace Sweep.Domain.Search;

/// <summary>
/// The size of the space that some points dominate, up to a reference point: the larger, the better is their front. Lower is better in each
/// score. Source: Zitzler and Thiele, Multiobjective optimization using evolutionary algorithms, PPSN V, 1998. Exact; with more than two
/// scores by the exclusive volumes of While, Bradstreet and Barone, A fast way of calculating exact hypervolumes, IEEE Trans. Evol. Comput.
/// 16(1), 2012.
/// </summary>
public static class Hypervolume
{
    /// <param name="points">
    /// Each with as many scores as <paramref name="reference"/>; those that are not below it in all add nothing.
    /// </param>
    public static double Of(IEnumerable<double[]> points, double[] reference) =>
        OfFront(NondominatedRanks.Front([.. points.Where(point => IsBelow(point, reference))]), reference);

    /// <summary>How much a point adds to the size of the space that a front dominates.</summary>
    /// <param name="point">Below <paramref name="reference"/> in each score.</param>
    /// <param name="front">Points below it too.</param>
    public static double Added(double[] point, IEnumerable<double[]> front, double[] reference)
    {
        // Of the others only what they have in common with this one counts, so that no part is counted twice.
        var common = front.Select(other => other.Zip(point, Math.Max).ToArray());
        return Box(point, reference) - OfFront(NondominatedRanks.Front([.. common]), reference);
    }

    private static bool IsBelow(double[] point, double[] reference) => point.Zip(reference).All(score => score.First < score.Second);

    private static double OfFront(IReadOnlyList<double[]> front, double[] reference)
    {
        if (reference.Length == 2)
            return Area(front, reference);
        var volume = 0.0;
        foreach (var (index, point) in front.Index())
            volume += Added(point, front.Skip(index + 1), reference);
        return volume;
    }

    private static double Box(double[] point, double[] reference) =>
        point.Zip(reference).Aggregate(1.0, (volume, score) => volume * (score.Second - score.First));

    private static double Area(IReadOnlyList<double[]> front, double[] reference)
    {
        var (area, last) = (0.0, reference[1]);
        foreach (var point in front.OrderBy(point => point[0]))
            (area, last) = (area + ((reference[0] - point[0]) * (last - point[1])), point[1]);
        return area;
    }
}
