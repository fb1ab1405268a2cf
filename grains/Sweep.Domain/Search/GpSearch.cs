namespace Sweep.Domain.Search;

/// <summary>
/// Bayesian optimization: a Gaussian process is fitted to the outcomes, and the point is proposed at which the logarithm of the expected
/// improvement is highest. A trial that is running counts with the outcome that is expected of it, one that failed with the worst one.
/// Sources: Jones, Schonlau and Welch, Efficient global optimization, J. Global Optim. 13, 1998; Ament et al., Unexpected improvements to
/// expected improvement, NeurIPS 2023 (the logarithm); Ginsbourger et al. 2010 (running trials).
/// </summary>
public sealed class GpSearch(SearchSpace space, long seed, int trials, SearchWindow window) : ISearchMethod
{
    /// <summary>Trials before the process is fitted; until then Sobol's points are tried. It needs the outcomes of three of them.</summary>
    public const int StartTrials = 10, StartOutcomes = 3;

    /// <summary>
    /// The most trials. The time of a proposal grows with their cube: at 200 it is some hundredths of a second, and here it is a second.
    /// </summary>
    public const int MostTrials = 1_000;

    /// <summary>The most outcomes that lengths are fitted to: half of them the best, the others the latest. Predictions use all.</summary>
    public const int MostFitted = 64;

    /// <summary>Points of Sobol's sequence among which a proposal is sought, and steps from the best of them in each round.</summary>
    public const int Candidates = 250, Steps = 40;

    private static readonly double[] Rounds = [0.1, 0.03, 0.01];

    private readonly SobolPlaces _start = new(new(space, seed), seed);

    private UnitCube Cube => _start.Cube;

    public int Count => trials;

    public int WaitsFor(int number) => window.Before(number);

    public bool HasLearned(int number, IReadOnlyList<KnownTrial> known) =>
        number > StartTrials && known.Count(trial => trial.HasScore) >= StartOutcomes;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var model = new ModelSpace(Cube);
        if (model.Owners.Length == 0 || !HasLearned(number, known))
            return _start.Trial(number);
        var tried = known.Select(trial => Cube.Places(trial.Parameters)).ToArray();
        var (process, best) = Process(known, [.. tried.Select(model.Point)], model.Owners);
        return Highest(number, tried, places => Improvement(process.Predict(model.Point(places)), best));
    }

    /// <summary>The process of all trials that are known, and the lowest value that it expects at one of them.</summary>
    private (GaussianProcess Process, double Best) Process(
        IReadOnlyList<KnownTrial> known, IReadOnlyList<double[]> points, int[] owners)
    {
        // Trials that are over without an outcome failed, and those that diverged count like them.
        var over = known.Index().Where(trial => !trial.Item.IsRunning).Select(trial => trial.Index).ToList();
        var worst = over.Where(index => known[index].HasScore).Max(index => known[index].Score!.Value);
        var scores = over.Select(index => known[index].HasScore ? known[index].Score!.Value : worst).ToList();
        var mean = scores.Average();
        var deviation = Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
        List<double> values = [.. scores.Select(score => deviation > 0 ? (score - mean) / deviation : 0)];

        var latest = Enumerable.Range(0, over.Count).Reverse().Take(MostFitted / 2);
        int[] fitted = [.. Enumerable.Range(0, over.Count).OrderBy(index => values[index]).ThenBy(index => index)
            .Except(latest).Take(MostFitted / 2).Concat(latest).Order()];
        var scales = GaussianScales.Fit(
            [.. fitted.Select(index => points[over[index]])], [.. fitted.Select(index => values[index])], owners);

        List<double[]> seen = [.. over.Select(index => points[index])];
        var process = new GaussianProcess(seen, values, scales);
        var running = Enumerable.Range(0, known.Count).Except(over).Select(index => points[index]).ToList();
        if (running.Count > 0)
            process = new([.. seen, .. running], [.. values, .. running.Select(process.Mean)], scales);
        return (process, seen.Min(process.Mean));
    }

    /// <summary>Finds a high point of a function, among those that were not tried yet if there are any.</summary>
    private ParameterMap Highest(int number, double[][] tried, Func<double[], double> height)
    {
        var draws = new RandomStream(seed, number, -300);
        var shift = (long)SplitMix64.Bits(seed, number, -301);
        var (best, top, bestPlaces) = (default(ParameterMap), double.NegativeInfinity, Array.Empty<double>());
        for (var candidate = 0; candidate < Candidates; candidate++)
            Try(axis => axis < SobolPoints.Dimensions ? SobolPoints.Scrambled((uint)candidate, axis, shift) : draws.Uniform());
        foreach (var width in Rounds)
        {
            for (var step = 0; step < Steps; step++)
            {
                var from = bestPlaces;
                Try(axis => Near(axis, from.Length == 0 ? double.NaN : from[axis], width));
            }
        }

        return best ?? _start.Trial(number);

        void Try(Func<int, double> place)
        {
            var trial = Cube.Trial(place);
            var places = Cube.Places(trial);
            if (Cube.Allows(trial) && !tried.Any(other => other.AsSpan().SequenceEqual(places))
                && height(places) is var found && found > top)
            {
                (best, top, bestPlaces) = (trial, found, places);
            }
        }

        double Near(int axis, double place, double width)
        {
            // About half of the axes change in a step, a kind seldom, and a number at least to its neighbour.
            if (double.IsNaN(place) || (!Cube.Axes[axis].IsOrdered && draws.Uniform() < 0.2))
                return draws.Uniform();
            if (!Cube.Axes[axis].IsOrdered || draws.Uniform() < 0.5)
                return place;
            var (low, high) = Cube.Axes[axis].Share(place);
            return Math.Clamp(place + (Math.Max(width, high - low) * draws.Normal()), 0, Math.BitDecrement(1));
        }
    }

    /// <summary>The logarithm of the expected improvement on a value, but for a constant.</summary>
    private static double Improvement((double Mean, double Deviation) expected, double best)
    {
        var z = (best - expected.Mean) / expected.Deviation;
        return Math.Log(expected.Deviation) + LogOfImprovement(z);
    }

    /// <summary>log(φ(z) + z · Φ(z)), also far below 0, where the two terms cancel each other.</summary>
    internal static double LogOfImprovement(double z)
    {
        var logDensity = -0.5 * ((z * z) + Math.Log(2 * Math.PI));
        if (z > -6)
            return Math.Log(Math.Exp(logDensity) + (z * 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-z / Math.Sqrt(2))));
        // The first terms of the asymptotic series of Mills' ratio.
        var square = z * z;
        return logDensity - Math.Log(square) + Math.Log(1 - (3 / square) + (15 / (square * square)) - (105 / (square * square * square)));
    }
}
