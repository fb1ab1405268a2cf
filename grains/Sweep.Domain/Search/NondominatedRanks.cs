namespace Sweep.Domain.Search;

/// <summary>
/// Orders points with several scores, lower being better in each. Source: Deb et al., A fast and elitist multiobjective genetic algorithm:
/// NSGA-II, IEEE Trans. Evol. Comput. 6(2), 2002, section III.
/// </summary>
public static class NondominatedRanks
{
    /// <summary>Whether one point is at least as good in each score and better in one.</summary>
    public static bool Dominates(IReadOnlyList<double> one, IReadOnlyList<double> other)
    {
        var better = false;
        for (var score = 0; score < one.Count; score++)
        {
            if (one[score] > other[score])
                return false;
            better |= one[score] < other[score];
        }

        return better;
    }

    /// <summary>
    /// The fronts of the points by their index: the first is dominated by none, the second by the first alone, and so on.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Fronts(IReadOnlyList<IReadOnlyList<double>> points)
    {
        var dominates = points.Select(_ => new List<int>()).ToArray();
        var dominatedBy = new int[points.Count];
        for (var one = 0; one < points.Count; one++)
        {
            for (var other = 0; other < points.Count; other++)
            {
                if (Dominates(points[one], points[other]))
                {
                    dominates[one].Add(other);
                    dominatedBy[other]++;
                }
            }
        }

        var fronts = new List<IReadOnlyList<int>>();
        for (List<int> front = [.. Enumerable.Range(0, points.Count).Where(index => dominatedBy[index] == 0)]; front.Count > 0;)
        {
            fronts.Add(front);
            var next = front.SelectMany(index => dominates[index]).Where(index => --dominatedBy[index] == 0).Order().ToList();
            front = next;
        }

        return fronts;
    }

    /// <summary>
    /// How much room each point of a front has: the sum over the scores of the distance between its neighbours, as a share of the front's
    /// width; infinite at the ends.
    /// </summary>
    public static double[] Crowding(IReadOnlyList<IReadOnlyList<double>> front)
    {
        var room = new double[front.Count];
        for (var score = 0; front.Count > 0 && score < front[0].Count; score++)
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
