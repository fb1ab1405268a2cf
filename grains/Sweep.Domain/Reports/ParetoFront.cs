namespace Sweep.Domain.Reports;

/// <summary>
/// Finds the items that no other item dominates: none is at least as cheap and at least as good, and better in one of the two. Source:
/// Kung, Luccio and Preparata, On finding the maxima of a set of vectors, JACM 22(4), 1975; in two dimensions one pass over the sorted
/// items.
/// </summary>
public static class ParetoFront
{
    /// <summary>
    /// Lower is better in both numbers. Equal items are all kept, and an item with a number that is not finite is left out.
    /// </summary>
    /// <returns>The cheapest first.</returns>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> items, Func<T, double> cost, Func<T, double> score)
    {
        var front = new List<T>();
        var (lastCost, best) = (double.NaN, double.PositiveInfinity);
        foreach (var (item, itemCost, itemScore) in items
            .Select(item => (item, cost(item), score(item)))
            .Where(point => double.IsFinite(point.Item2) && double.IsFinite(point.Item3))
            .OrderBy(point => point.Item2).ThenBy(point => point.Item3))
        {
            if (itemScore > best || (itemScore == best && itemCost != lastCost))
                continue;
            front.Add(item);
            (lastCost, best) = (itemCost, itemScore);
        }

        return front;
    }
}
