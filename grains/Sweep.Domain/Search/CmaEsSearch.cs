namespace Sweep.Domain.Search;

/// <summary>
/// Covariance matrix adaptation on the dimensions that have an order; kinds are chosen by the densities of <see cref="TpeSearch"/>. Trials
/// are generations in the order of their numbers. A generation is drawn from the distribution that the generations before it have led to,
/// as far as the window allows, so that with a window above 1 it lags by one generation or more. No distribution is stored: it follows from
/// the outcomes. Sources: Hansen, The CMA evolution strategy: a tutorial, arXiv:1604.00772; Hansen, Injecting external solutions into
/// CMA-ES, arXiv:1110.4181 (for trials that were drawn from an older distribution); Hamano et al., CMA-ES with margin, GECCO 2022,
/// arXiv:2205.13482 (for whole numbers).
/// </summary>
public sealed class CmaEsSearch : ISearchMethod
{
    /// <summary>Draws of a point until it is inside the space on every axis; the last one is moved to the border.</summary>
    public const int Draws = 10;

    /// <summary>Points until one satisfies the constraints of the space; after them random trials are drawn.</summary>
    public const int Attempts = 100;

    /// <summary>Streams below those of <see cref="TpeSearch"/>.</summary>
    private const int PointStream = -100, KindStream = -101;

    private readonly long _seed;
    private readonly SearchWindow _window;
    private readonly SobolPlaces _start;

    /// <summary>The axes that the distribution is over.</summary>
    private readonly int[] _ordered;

    public CmaEsSearch(SearchSpace space, long seed, int trials, SearchWindow window)
    {
        (_seed, _window, Count) = (seed, window, trials);
        _start = new(new(space, seed), seed);
        _ordered = [.. Cube.Axes.Index().Where(axis => axis.Item is { IsOrdered: true, IsConstant: false }).Select(axis => axis.Index)];
    }

    public int Count { get; }

    /// <summary>Trials of a generation: 4 + ⌊3 · ln(axes)⌋.</summary>
    public int Generation => 4 + (int)(3 * Math.Log(Math.Max(1, _ordered.Length)));

    private UnitCube Cube => _start.Cube;

    /// <summary>How many generations must be over, so that no trial inside the window is waited for.</summary>
    private int Lag => (_window.Window - 1 + Generation - 1) / Generation;

    public int WaitsFor(int number) => Math.Max(0, ((number - 1) / Generation) - Lag) * Generation;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var points = _ordered.Length == 0 ? [[]] : Points(Distribution(number, known), number);
        var places = known.Select(trial => Cube.Places(trial.Parameters)).ToArray();
        var good = TpeGroup.GoodOnes(known);
        var draws = new RandomStream(_seed, number, KindStream);
        var trials = points.Select(point => Cube.Trial(axis => Array.IndexOf(_ordered, axis) is var index and >= 0 && index < point.Length
            ? point[index]
            : TpeGroup.Of([axis], Cube, good, places)?.Draw(ref draws)[0] ?? _start.Of(number, axis)));
        return trials.FirstOrDefault(Cube.Allows) ?? _start.Trial(number);
    }

    /// <summary>The distribution that a trial is drawn from: its generation's, which earlier generations have led to.</summary>
    private CmaEsDistribution Distribution(int number, IReadOnlyList<KnownTrial> known)
    {
        SearchAxis[] axes = [.. _ordered.Select(axis => Cube.Axes[axis])];
        var distributions = new List<CmaEsDistribution> { CmaEsDistribution.First(axes, Generation) };
        for (var generation = 0; generation < WaitsFor(number) / Generation; generation++)
        {
            // Whole trials are known better than those of a rung, and a late rung better than an early one.
            var trials = known.Skip(generation * Generation).Take(Generation)
                .OrderByDescending(trial => trial.HasScore)
                .ThenByDescending(trial => trial.Rung ?? int.MaxValue)
                .ThenBy(trial => trial.Score)
                .ThenBy(trial => trial.Number)
                .ToList();
            // A drawn point has more to it than the trial's parameters, which are rounded and may lack values where a condition fails.
            var drawn = distributions[Math.Max(0, generation - Lag)];
            distributions.Add(distributions[^1].After(
                [.. trials.Select(trial => Point(drawn, trial))], trials.Count(trial => trial.HasScore)));
        }

        return distributions[^1];
    }

    /// <summary>The point that a trial was made from.</summary>
    private double[] Point(CmaEsDistribution distribution, KnownTrial trial)
    {
        var points = Points(distribution, trial.Number);
        if (!Cube.HasConstraints)
            return points.First();
        // A trial that was drawn at random is where its parameters are.
        var places = Cube.Places(trial.Parameters);
        return points.FirstOrDefault(point => point.Zip(_ordered).All(place => HasValue(places[place.Second], place.Second, place.First)))
            ?? [.. _ordered.Select(axis => double.IsNaN(places[axis]) ? 0.5 : Math.Min(places[axis], Math.BitDecrement(1)))];
    }

    /// <summary>Whether a trial has the value that a point has on an axis; also when it has none there.</summary>
    private bool HasValue(double trial, int axis, double point) =>
        double.IsNaN(trial) || trial == Cube.Axes[axis].PlaceOf(Cube.Axes[axis].At(point));

    /// <summary>The points of a trial in the order in which they are tried until one satisfies the constraints.</summary>
    private IEnumerable<double[]> Points(CmaEsDistribution distribution, int number)
    {
        var draws = new RandomStream(_seed, number, PointStream);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var point = distribution.Draw(ref draws);
            for (var draw = 1; draw < Draws && point.Any(place => place is < 0 or >= 1); draw++)
                point = distribution.Draw(ref draws);
            yield return [.. point.Select(place => Math.Clamp(place, 0, Math.BitDecrement(1)))];
        }
    }
}
