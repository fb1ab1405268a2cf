namespace Sweep.Domain.Search;

/// <summary>The densities of one group of dimensions in <see cref="TpeSearch"/>.</summary>
internal sealed class TpeGroup(IReadOnlyList<SearchAxis> axes, ParzenDensity good, ParzenDensity others)
{
    /// <summary>Null when there are too few trials to fit them to.</summary>
    public static TpeGroup? Of(int[] axes, UnitCube cube, IReadOnlyList<KnownTrial> known, double[][] places)
    {
        if (cube.Axes[axes[0]].IsConstant)
            return null;
        var seen = Enumerable.Range(0, known.Count).Where(index => !double.IsNaN(places[index][axes[0]])).ToList();
        var scored = seen.Where(index => known[index].HasScore).ToList();
        if (seen.Count < TpeSearch.StartTrials || scored.Count < TpeSearch.StartOutcomes)
            return null;
        var outcomes = seen.Count(index => known[index].Score is not null);
        // The few that are taken are sorted alone.
        var good = scored
            // Whole trials are known better than those of a rung, and a late rung better than an early one.
            .OrderByDescending(index => known[index].Rung ?? int.MaxValue)
            .ThenBy(index => known[index].Score)
            .ThenBy(index => known[index].Number)
            .Take(Math.Min((int)Math.Ceiling(TpeSearch.GoodShare * outcomes), TpeSearch.MostGood))
            .ToHashSet();
        IReadOnlyList<SearchAxis> own = [.. axes.Select(axis => cube.Axes[axis])];
        return new(own, Density(good.Contains), Density(index => !good.Contains(index)));

        ParzenDensity Density(Func<int, bool> isIn) => new(
            own, [.. seen.Where(isIn).Select(index => axes.Select(axis => places[index][axis]).ToArray())]);
    }

    /// <summary>The best of some draws, by the index of the group's axes.</summary>
    public double[] Draw(ref RandomStream draws)
    {
        var (best, most) = (Array.Empty<double>(), double.NegativeInfinity);
        for (var candidate = 0; candidate < TpeSearch.Candidates; candidate++)
        {
            var point = good.Draw(ref draws);
            for (var axis = 0; axis < point.Length; axis++)
                point[axis] = axes[axis].Centre(point[axis]);
            var ratio = good.Evenly(point) / others.Evenly(point);
            if (ratio > most)
                (best, most) = (point, ratio);
        }

        return best;
    }
}
