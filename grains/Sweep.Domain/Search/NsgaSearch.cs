namespace Sweep.Domain.Search;

/// <summary>
/// A genetic search for several objectives. Each trial is the child of two of the best trials that are known: the first fronts, and of the
/// last one that finds room those with the most room around them. So each trial is a generation of its own, and no trial waits for a whole
/// one. Sources: Deb et al., NSGA-II, IEEE Trans. Evol. Comput. 6(2), 2002; Durillo et al., On the effect of the steady-state selection
/// scheme in multi-objective genetic algorithms, EMO 2009; simulated binary crossover, Deb and Agrawal 1995; polynomial mutation, Deb and
/// Goyal 1996.
/// </summary>
public sealed class NsgaSearch(SearchSpace space, long seed, int trials, SearchWindow window) : ISearchMethod
{
    /// <summary>How many trials may be parents. As many of Sobol's points are tried first.</summary>
    public const int Population = 20;

    /// <summary>Probability that a child is crossed at all, and that a number is changed by it.</summary>
    public const double CrossoverShare = 0.9, CrossedNumbers = 0.5;

    /// <summary>The higher, the nearer are children to their parents.</summary>
    public const double CrossoverIndex = 15, MutationIndex = 20;

    /// <summary>How often a child that a constraint forbids or that was tried already is made again.</summary>
    public const int Attempts = 20;

    private readonly SobolPlaces _start = new(new(space, seed), seed);
    private readonly int _varying = space.Dimensions.Count(dimension => dimension.Points(space.Catalog) is not { Count: 1 });

    private UnitCube Cube => _start.Cube;

    public int Count => trials;

    public int WaitsFor(int number) => window.Before(number);

    public bool HasLearned(int number, IReadOnlyList<KnownTrial> known) =>
        number > Population && known.Count(trial => Scores(trial) is not null) >= 2;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        if (!HasLearned(number, known))
            return _start.Trial(number);
        var parents = Parents([.. known.Where(trial => Scores(trial) is not null)]);
        var tried = known.Select(trial => Cube.Places(trial.Parameters)).ToArray();
        for (var attempt = 1; ; attempt++)
        {
            var draws = new RandomStream(seed, number, -200 - attempt);
            var (one, other) = (Tournament(parents, ref draws), Tournament(parents, ref draws));
            var child = Cube.Trial(axis => Child(axis, one[axis], other[axis], ref draws));
            if (attempt == Attempts
                || (Cube.Allows(child) && !tried.Any(places => places.AsSpan().SequenceEqual(Cube.Places(child)))))
            {
                return Cube.Allowed(number, child);
            }
        }
    }

    /// <summary>The scores of a trial; null when it has not got all of them.</summary>
    private static double[]? Scores(KnownTrial trial)
    {
        var scores = trial.Scores?.ToArray() ?? (trial.Score is { } score ? [score] : []);
        return scores.Length > 0 && scores.All(double.IsFinite) ? scores : null;
    }

    /// <summary>The places of the population's members, in the order in which they win.</summary>
    private IReadOnlyList<double[]> Parents(IReadOnlyList<KnownTrial> scored)
    {
        var parents = new List<double[]>();
        // Whole trials are known better than those of a rung, and a late rung better than an early one.
        foreach (var group in scored.GroupBy(trial => trial.Rung ?? int.MaxValue).OrderByDescending(group => group.Key))
            parents.AddRange(InOrder([.. group]).Take(Population - parents.Count).Select(trial => Cube.Places(trial.Parameters)));
        return parents;
    }

    /// <summary>Trials that are known equally well: front by front, and within a front those with the most room first.</summary>
    private static IEnumerable<KnownTrial> InOrder(IReadOnlyList<KnownTrial> trials)
    {
        var points = trials.Select(trial => Scores(trial)!).ToList();
        return NondominatedRanks.Fronts(points).SelectMany(front => front
            .Zip(NondominatedRanks.Crowding([.. front.Select(index => points[index])]))
            .OrderByDescending(member => member.Second)
            .ThenBy(member => member.First)
            .Select(member => trials[member.First]));
    }

    /// <summary>The better one of two that are drawn.</summary>
    private static double[] Tournament(IReadOnlyList<double[]> parents, ref RandomStream draws) =>
        parents[Math.Min(draws.Below(parents.Count), draws.Below(parents.Count))];

    private double Child(int axis, double one, double other, ref RandomStream draws)
    {
        // A parent in which the axis has no value leaves it to the other one.
        (one, other) = (double.IsNaN(one) ? other : one, double.IsNaN(other) ? one : other);
        if (double.IsNaN(one))
            return draws.Uniform();
        var isOrdered = Cube.Axes[axis].IsOrdered;
        // The choice between the parents is drawn for each axis, since a child of one parent alone would be a copy of it.
        var place = draws.Uniform() < 0.5 ? one : other;
        if (isOrdered && one != other && draws.Uniform() < CrossoverShare * CrossedNumbers)
            place = Crossed(place, place == one ? other : one, draws.Uniform());
        if (draws.Uniform() < 1.0 / _varying)
            place = isOrdered ? Mutated(place, draws.Uniform()) : draws.Uniform();
        return Math.Clamp(place, 0, Math.BitDecrement(1));
    }

    /// <summary>Simulated binary crossover: the child that is nearer to the first parent.</summary>
    private static double Crossed(double near, double far, double uniform)
    {
        var spread = uniform < 0.5
            ? Math.Pow(2 * uniform, 1 / (CrossoverIndex + 1))
            : Math.Pow(1 / (2 * (1 - uniform)), 1 / (CrossoverIndex + 1));
        return 0.5 * (((1 + spread) * near) + ((1 - spread) * far));
    }

    /// <summary>Polynomial mutation, which never leaves the axis.</summary>
    private static double Mutated(double place, double uniform)
    {
        const double power = MutationIndex + 1;
        return uniform < 0.5
            ? place + Math.Pow((2 * uniform) + ((1 - (2 * uniform)) * Math.Pow(1 - place, power)), 1 / power) - 1
            : place + 1 - Math.Pow((2 * (1 - uniform)) + (((2 * uniform) - 1) * Math.Pow(place, power)), 1 / power);
    }
}
