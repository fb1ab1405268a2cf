namespace Sweep.Domain.Search;

/// <summary>
/// Orders points with several scores, lower being better in each. Source: Deb et al., A fast and elitist multiobjective genetic algorithm:
/// NSGA-II, IEEE Trans. Evol. Comput. 6(2), 2002, section III.
/// </summary>
public static class NondominatedRanks
{
    /// <summary>Whether one point is at least as good in each score and better in one.</summary>
    public static bool Dominates(double[] one, double[] other)
    {
        var better = false;
        for (var score = 0; score < one.Length; score++)
        {
            if (one[score] > other[score])
                return false;
            better |= one[score] < other[score];
        }

        return better;
    }

    /// <summary>
    /// The fronts of the points by their index: the first is dominated by none, the second by the first alone, and so on. Source: Zhang et
    /// al., An efficient approach to nondominated sorting, IEEE Trans. Evol. Comput. 19(2), 2015: no point is dominated by one behind it.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Fronts(IReadOnlyList<double[]> points)
    {
        var fronts = new List<List<int>>();
        int[] order = [.. Enumerable.Range(0, points.Count)];
        Array.Sort(order, (one, other) =>
            points[one].AsSpan().SequenceCompareTo(points[other]) is var by and not 0 ? by : one.CompareTo(other));
        foreach (var index in order)
        {
            // A front's last members are the nearest ones, so they are the first to try.
            if (fronts.Find(front => front.FindLastIndex(member => Dominates(points[member], points[index])) < 0) is { } found)
                found.Add(index);
            else
                fronts.Add([index]);
        }

        return [.. fronts.Select(front => front.Order().ToList())];
    }

    /// <summary>The rank of each point, from 1: the number of its front.</summary>
    public static int[] Of(IReadOnlyList<double[]> points)
    {
        var ranks = new int[points.Count];
        foreach (var (rank, front) in Fronts(points).Index())
        {
            foreach (var index in front)
                ranks[index] = rank + 1;
        }

        return ranks;
    }

    /// <summary>The points that none dominates, equal ones once.</summary>
    public static IReadOnlyList<double[]> Front(IReadOnlyList<double[]> points)
    {
        var front = new List<double[]>();
        foreach (var point in points.Order(Comparer<double[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other))))
        {
            if (!front.Exists(member => member.AsSpan().SequenceEqual(point) || Dominates(member, point)))
                front.Add(point);
        }

        return front;
    }

    /// <summary>
    /// How much room each point of a front has: the sum over the scores of the distance between its neighbours, as a share of the front's
    /// width; infinite at the ends.
    /// </summary>
    public static double[] Crowding(IReadOnlyList<double[]> front)
    {
        var room = new double[front.Count];
        for (var score = 0; front.Count > 0 && score < front[0].Length; score++)
        {
            int[] order = [.. Enumerable.Range(0, front.Count).OrderBy(index => front[index][score]).ThenBy(index => index)];
            var width = front[order[^1]][score] - front[order[0]][score];
            room[order[0]] = room[order[^1]] = double.PositiveInfinity;
            for (var place = 1; place + 1 < order.Length && width > 0; place++)
                room[order[place]] += (front[order[place + 1]][score] - front[order[place - 1]][score]) / width;
        }

        return room;
    }
}
