namespace Sweep.Domain.Search;

/// <summary>
/// Tree-structured Parzen estimators: the trials that are known are split into a few good ones and the others, a density is fitted to each,
/// and of some draws from the good ones' density the one is proposed at which it exceeds the others' most. Dimensions with the same
/// condition are a group, whose densities are joint ones, fitted to the trials in which the condition holds. Trials without an outcome are
/// among the others: that keeps proposals away from what fails, and from what is being tried now.
/// Sources: Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011; Falkner, Klein and Hutter, BOHB, ICML 2018 (joint
/// densities); Watanabe, Tree-structured Parzen estimator, arXiv:2304.11127 (groups, and the constants, which are Optuna's).
/// </summary>
public sealed class TpeSearch(SearchSpace space, long seed, int trials, SearchWindow window) : ISearchMethod
{
    /// <summary>
    /// Trials, with or without an outcome, before densities are fitted to them. Until then Sobol's points are tried.
    /// </summary>
    public const int StartTrials = 10;

    /// <summary>The fewest outcomes that densities are fitted to.</summary>
    public const int StartOutcomes = 3;

    /// <summary>Share of the outcomes that are good ones, rounded up.</summary>
    public const double GoodShare = 0.1;

    /// <summary>The most outcomes that are good ones.</summary>
    public const int MostGood = 25;

    /// <summary>Draws from which a proposal is chosen.</summary>
    public const int Candidates = 24;

    /// <summary>
    /// How often a proposal is made again that a constraint forbids, or that was tried already and would train the same. The second half
    /// of these attempts are random draws.
    /// </summary>
    public const int Attempts = 20;

    private readonly SobolPlaces _start = new(new(space, seed), seed);

    /// <summary>
    /// The axes of each group; constants are groups by themselves. Parents stand before the dimensions with a condition on them, so each
    /// group stands behind those of its parents.
    /// </summary>
    private readonly IReadOnlyList<int[]> _groups = [.. space.Dimensions.Index()
        .GroupBy(axis => (
            space.Dimensions.Index().First(first => HaveSameCondition(first.Item, axis.Item)).Index,
            axis.Item.Points(space.Catalog) is { Count: 1 }))
        .Select(group => group.Select(axis => axis.Index).ToArray())];

    private UnitCube Cube => _start.Cube;

    public int Count => trials;

    public int WaitsFor(int number) => window.Before(number);

    public bool HasLearned(int number, IReadOnlyList<KnownTrial> known) => TpeGroup.GoodOnes(known) is not null;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var places = known.Select(trial => Cube.Places(trial.Parameters)).ToArray();
        var good = TpeGroup.GoodOnes(known);
        var groups = _groups.Select(axes => TpeGroup.Of(axes, Cube, good, places)).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            var (chosen, point) = Draw(number, attempt, groups);
            var trial = Cube.Trial(chosen);
            if (attempt == Attempts || (Cube.Allows(trial) && !places.Any(other => other.AsSpan().SequenceEqual(point))))
                return Cube.Allowed(number, trial);
        }
    }

    private (Dictionary<string, ParameterValue> Chosen, double[] Point) Draw(int number, int attempt, TpeGroup?[] groups)
    {
        var draws = new RandomStream(seed, number, -1 - attempt);
        var chosen = new Dictionary<string, ParameterValue>();
        var point = Enumerable.Repeat(double.NaN, Cube.Axes.Count).ToArray();
        foreach (var (axes, densities) in _groups.Zip(groups).Where(group => Cube.Applies(group.First[0], chosen)))
        {
            var best = attempt <= Attempts / 2 ? densities?.Draw(ref draws) : null;
            foreach (var (index, axis) in axes.Index())
            {
                var place = best is not null ? best[index] : attempt == 1 ? _start.Of(number, axis) : draws.Uniform();
                var value = Cube.Axes[axis].At(place);
                chosen[Cube.Axes[axis].Dimension.Name] = value;
                point[axis] = Cube.Axes[axis].PlaceOf(value);
            }
        }

        return (chosen, point);
    }

    private static bool HaveSameCondition(Dimension first, Dimension second) => (first.When, second.When) switch
    {
        (null, null) => true,
        ({ } ones, { } others) => ones.Count == others.Count
            && ones.All(one => others.TryGetValue(one.Key, out var values) && values.SequenceEqual(one.Value)),
        _ => false,
    };
}
