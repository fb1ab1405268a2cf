using Sweep.Domain.Search;

namespace Sweep.Benchmarks.Search;

/// <summary>A function that search methods seek the lowest value of.</summary>
/// <param name="Lowest">Its lowest value. Of several objectives minus the largest hypervolume.</param>
/// <param name="Values">Its value, or one for each objective.</param>
/// <param name="Probe">A point at which it is compared with the peer's form of it.</param>
internal sealed record SearchFunction(
    string Name, SearchSpace Space, double Lowest, Func<ParameterMap, double[]> Values, IReadOnlyDictionary<string, ParameterValue> Probe)
{
    public int Objectives => Name == "zdt1" ? 2 : 1;
}

/// <summary>
/// The functions of <see cref="PeerBenchmark"/>, which stand in <c>tests/peers/optuna_search.py</c> too. Sources of those with numbers
/// alone: Surjanovic and Bingham, Virtual library of simulation experiments; of ZDT1: Zitzler, Deb and Thiele, Evol. Comput. 8(2), 2000.
/// <c>curves</c> is the best loss of the trainings in <see cref="CurveTable"/>.
/// </summary>
internal static class SearchFunctions
{
    private static readonly double[] Alpha = [1.0, 1.2, 3.0, 3.2];

    private static readonly double[][] Narrow =
        [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];

    private static readonly double[][] Centres =
    [
        [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ];

    private static readonly ParameterCatalog Catalog = new(
    [
        .. Enumerable.Range(1, 30).Select(number => Number($"x{number}", ParameterKind.Real)),
        Number("rate", ParameterKind.Real),
        Number("share", ParameterKind.Real),
        Number("cost", ParameterKind.Real),
        Number("gamma", ParameterKind.Real),
        Number("width", ParameterKind.Whole),
        Number("layers", ParameterKind.Whole),
        Number("depth", ParameterKind.Whole),
        new("kind", ParameterKind.Word, new ParameterValue.Word("a"), "", ["a", "b", "c"]),
        new("cell", ParameterKind.Word, new ParameterValue.Word("rnn"), "", ["rnn", "lstm", "gru"]),
        Number("hidden_size", ParameterKind.Whole),
        Number("learning_rate", ParameterKind.Real),
        Number("batch_size", ParameterKind.Whole),
    ]);

    public static IReadOnlyList<SearchFunction> All { get; } =
    [
        OfNumbers("branin", 2, 0, 1, 0.39788735772973816, x => Branin((15 * x[0]) - 5, 15 * x[1])),
        OfNumbers("hartmann-6", 6, 0, 1, -3.322368011415514, Hartmann),
        OfNumbers("rosenbrock-4", 4, -5, 10, 0, Rosenbrock),
        OfNumbers("rosenbrock-10", 10, -5, 10, 0, Rosenbrock),
        OfNumbers("rastrigin-5", 5, -5.12, 5.12, 0, x => (10 * x.Length) + x.Sum(v => (v * v) - (10 * Math.Cos(2 * Math.PI * v)))),
        OfNumbers("styblinski-5", 5, -5, 5, -5 * 39.16616570377142, x => x.Sum(v => (v * v * v * v) - (16 * v * v) + (5 * v)) / 2),
        new(
            "mixed",
            Space(Range("rate", 1e-5, 1, Scale.Log), Range("width", 8, 512, Scale.Log), Range("layers", 1, 8), Range("share", 0, 1), Kinds),
            0,
            trial => [Mixed(trial)],
            Probe(("rate", 1e-2), ("width", 64), ("layers", 2), ("share", 0.5), ("kind", "c"))),
        new(
            "conditional",
            Space(
                Kinds,
                Range("cost", 1e-3, 1e3, Scale.Log, "a"),
                Range("gamma", 1e-4, 10, Scale.Log, "a"),
                Range("depth", 1, 20, Scale.Linear, "b"),
                Range("share", 0, 1, Scale.Linear, "b"),
                Range("rate", 1e-5, 1, Scale.Log, "c")),
            0.1,
            trial => [Conditional(trial)],
            Probe(("kind", "b"), ("depth", 5), ("share", 0.25))),
        new(
            "curves",
            Space([.. CurveTable.Levels.Select(level => new Dimension(level.Name, new DimensionDomain.Choice(level.Values)))]),
            CurveTable.All.Values.Min(curve => curve.Scores.Min()),
            trial => [CurveTable.Of(trial).Scores.Min()],
            Probe(("cell", "lstm"), ("hidden_size", 32), ("layers", 1), ("learning_rate", 0.01), ("batch_size", 128))),
        OfNumbers("zdt1", 30, 0, 1, -((1.1 * 6) - (1.0 / 3)), x => [x[0], Zdt1(x)]),
    ];

    /// <summary>The area that points dominate up to the corner (1.1, 6).</summary>
    public static double Hypervolume(IEnumerable<double[]> points) => Domain.Search.Hypervolume.Of(points, [1.1, 6]);

    private static Dimension Kinds => new("kind", new DimensionDomain.Choice([Word("a"), Word("b"), Word("c")]));

    private static double Branin(double a, double b)
    {
        var bend = b - (5.1 / (4 * Math.PI * Math.PI) * a * a) + (5 / Math.PI * a) - 6;
        return (bend * bend) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(a)) + 10;
    }

    private static double Hartmann(double[] x) => -Enumerable.Range(0, 4).Sum(hill => Alpha[hill] * Math.Exp(
        -x.Select((v, axis) => Narrow[hill][axis] * Math.Pow(v - (Centres[hill][axis] / 10_000), 2)).Sum()));

    private static double Rosenbrock(double[] x) =>
        x.Zip(x.Skip(1)).Sum(pair => (100 * Math.Pow(pair.Second - (pair.First * pair.First), 2)) + Math.Pow(1 - pair.First, 2));

    private static double Zdt1(double[] x)
    {
        var g = 1 + (9 * x.Skip(1).Average());
        return g * (1 - Math.Sqrt(x[0] / g));
    }

    private static double Mixed(ParameterMap trial) =>
        (Math.Pow(Math.Log10(Real(trial, "rate")) + 3, 2) / 4)
        + (Math.Pow(Math.Log2(Real(trial, "width")) - 7, 2) / 4)
        + (Math.Pow(Real(trial, "layers") - 3, 2) / 8)
        + Math.Pow(Real(trial, "share") - 0.3, 2)
        + (Kind(trial) switch { "a" => 0.5, "b" => 0, _ => 0.25 });

    private static double Conditional(ParameterMap trial) => Kind(trial) switch
    {
        "a" => 0.1 + (Math.Pow(Math.Log10(Real(trial, "cost")) - 1, 2) / 9) + (Math.Pow(Math.Log10(Real(trial, "gamma")) + 2, 2) / 6),
        "b" => 0.3 + (Math.Pow(Real(trial, "depth") - 8, 2) / 100) + Math.Pow(Real(trial, "share") - 0.7, 2),
        _ => 0.2 + (Math.Pow(Math.Log10(Real(trial, "rate")) + 2, 2) / 4),
    };

    private static SearchFunction OfNumbers(
        string name, int axes, double min, double max, double lowest, Func<double[], double> value) =>
        OfNumbers(name, axes, min, max, lowest, x => new[] { value(x) });

    private static SearchFunction OfNumbers(
        string name, int axes, double min, double max, double lowest, Func<double[], double[]> values)
    {
        string[] names = [.. Enumerable.Range(1, axes).Select(number => $"x{number}")];
        return new(
            name,
            Space([.. names.Select(axis => Range(axis, min, max))]),
            lowest,
            trial => values([.. names.Select(axis => Real(trial, axis))]),
            Probe([.. names.Select((axis, index) => (axis, (object)(0.1 + (0.8 * index / axes))))]));
    }

    private static SearchSpace Space(params Dimension[] dimensions) => new(dimensions) { Catalog = Catalog };

    private static Dimension Range(string name, double min, double max, Scale scale = Scale.Linear, string? kind = null) => new(
        name,
        new DimensionDomain.Range(min, max, scale, null, null),
        kind is null ? null : new Dictionary<string, IReadOnlyList<ParameterValue>> { ["kind"] = [Word(kind)] });

    private static Dictionary<string, ParameterValue> Probe(params (string Name, object Value)[] values) => values.ToDictionary(
        value => value.Name, value => value.Value is string word ? Word(word) : ParameterValue.Of(Convert.ToDouble(value.Value)));

    private static ParameterDefinition Number(string name, ParameterKind kind) => new(name, kind, new ParameterValue.Whole(0), "");

    private static ParameterValue Word(string word) => new ParameterValue.Word(word);

    private static string Kind(ParameterMap trial) => ((ParameterValue.Word)trial.ValueOf("kind")).Text;

    private static double Real(ParameterMap trial, string name) => trial.ValueOf(name) switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        var other => throw new InvalidOperationException($"{name} is {other}, which is no number."),
    };
}
