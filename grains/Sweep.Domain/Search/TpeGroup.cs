namespace Sweep.Domain.Search;

/// <summary>The densities of one group of dimensions in <see cref="TpeSearch"/>.</summary>
internal sealed class TpeGroup(IReadOnlyList<SearchAxis> axes, ParzenDensity good, ParzenDensity others)
{
    /// <summary>The indices of the good ones; null when there are too few trials to fit densities to.</summary>
    public static IReadOnlySet<int>? GoodOnes(IReadOnlyList<KnownTrial> known)
    {
        if (known.Count < TpeSearch.StartTrials || known.Count(trial => trial.HasScore) < TpeSearch.StartOutcomes)
            return null;
        var outcomes = known.Count(trial => trial.Score is not null);
        // The few that are taken are sorted alone.
        return known.Index()
            .Where(trial => trial.Item.HasScore)
            // Whole trials are known better than those of a rung, and a late rung better than an early one.
            .OrderByDescending(trial => trial.Item.Rung ?? int.MaxValue)
            .ThenBy(trial => trial.Item.Score)
            .ThenBy(trial => trial.Item.Number)
            .Take(Math.Min((int)Math.Ceiling(TpeSearch.GoodShare * outcomes), TpeSearch.MostGood))
            .Select(trial => trial.Index)
            .ToHashSet();
    }

    /// <summary>Null of a constant, and before there are good ones.</summary>
    /// <param name="good">
    /// The good ones of all trials, not of the group alone: the best of a group that holds none of them would pass for good otherwise.
    /// </param>
    public static TpeGroup? Of(int[] axes, UnitCube cube, IReadOnlySet<int>? good, double[][] places)
    {
        if (good is null || cube.Axes[axes[0]].IsConstant)
            return null;
        IReadOnlyList<SearchAxis> own = [.. axes.Select(axis => cube.Axes[axis])];
        var seen = Enumerable.Range(0, places.Length).Where(index => !double.IsNaN(places[index][axes[0]])).ToList();
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
