using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Simulation;

/// <summary>How the points of a simulated sweep are chosen.</summary>
public enum SimulatedDesign
{
    /// <summary>All combinations of three cells, two depths and two widths.</summary>
    Grid,

    /// <summary>Forty draws of the same, with a learning rate that is drawn from a range.</summary>
    Drawn,
}

/// <summary>Normal numbers with mean 0 and deviation 1. Source: Box and Muller, Annals of Mathematical Statistics 29(2), 1958.</summary>
public sealed class SimulatedNoise(long seed)
{
    private int _calls;

    public double Next()
    {
        _calls++;
        var radius = Math.Sqrt(-2 * Math.Log(1 - SplitMix64.Uniform(seed, _calls, 0)));
        return radius * Math.Cos(2 * Math.PI * SplitMix64.Uniform(seed, _calls, 1));
    }
}

/// <summary>Reports on sweeps whose losses come from a model with known effects, with noise of deviation 1.</summary>
public static class SimulatedTruth
{
    private static readonly Dimension[] Small =
    [
        Choice("cell", Word("rnn"), Word("lstm"), Word("gru")),
        Choice("layers", Whole(1), Whole(2)),
        Choice("hidden_size", Whole(64), Whole(128)),
    ];

    public static double Nothing(TrialParameters trial) => 0;

    public static double CellBeforeLayers(TrialParameters trial) => (8 * (int)trial.Cell) + (4 * trial.Layers);

    public static double CellFarBeforeLayers(TrialParameters trial) => (100 * (int)trial.Cell) + (3 * trial.Layers);

    public static double LayersLikeWidth(TrialParameters trial) => (5 * trial.Layers) + (5 * trial.HiddenSize / 64.0);

    public static double OnlyTogether(TrialParameters trial) =>
        (trial.Layers == 1 ? 2 : -2) * ((int)trial.Cell - 1);

    public static bool SaysThatSomethingMattered(SweepReport report) =>
        report.Verdict.Contains(" mattered", StringComparison.Ordinal)
        && !report.Verdict.StartsWith("No parameter", StringComparison.Ordinal);

    public static bool SaysThatOneMatteredMost(SweepReport report) => report.Verdict.Contains(" mattered most", StringComparison.Ordinal);

    /// <summary>Whether a report on <see cref="CellBeforeLayers"/> finds both effects, in their order, and no other one.</summary>
    public static bool FindsCellBeforeLayers(SweepReport report) =>
        report.Effects[0] is { Parameter: "cell", Matters: true } && report.Effects[1] is { Parameter: "layers", Matters: true }
        && report.Effects.Skip(2).All(effect => !effect.Matters)
        && report.Verdict.StartsWith("cell mattered most:", StringComparison.Ordinal);

    /// <summary>Whether a report on <see cref="OnlyTogether"/> finds the interaction and no main effect.</summary>
    public static bool FindsOnlyTheInteraction(SweepReport report) =>
        report.Decomposition!.Shares[0] is { Parameters: ["cell", "layers"], Matters: true }
        && report.Effects.All(effect => !effect.Matters);

    /// <summary>The share of some sweeps whose report has a property.</summary>
    public static double Share(
        int sweeps, SimulatedDesign design, int replicates, Func<TrialParameters, double> truth, Func<SweepReport, bool> has) =>
        (double)Enumerable.Range(1, sweeps).Count(seed => has(Report(seed, design, replicates, truth))) / sweeps;

    /// <summary>The share of the points' 95 % intervals in which the true mean lies.</summary>
    public static double Coverage(int sweeps, int replicates)
    {
        var (covered, all) = (0, 0);
        for (var seed = 1; seed <= sweeps; seed++)
        {
            foreach (var point in Report(seed, SimulatedDesign.Grid, replicates, CellBeforeLayers).Points)
            {
                var truth = Base + CellBeforeLayers(point.Parameters.ForModel());
                covered += point.Objective!.Low <= truth && truth <= point.Objective.High ? 1 : 0;
                all++;
            }
        }

        return (double)covered / all;
    }

    /// <summary>Keeps all losses positive.</summary>
    private const double Base = 1000;

    private static SweepReport Report(int seed, SimulatedDesign design, int replicates, Func<TrialParameters, double> truth)
    {
        var space = new SearchSpace(design == SimulatedDesign.Grid
            ? Small
            : [.. Small, new("learning_rate", new DimensionDomain.Range(1e-4, 1e-1, Scale.Log, null, null))]);
        var spec = new SweepSpec(
            "simulated",
            new("text", new string('0', 64), SplitKind.Tail, 0.2),
            new(Metric.ValLoss, Goal.Minimize),
            design == SimulatedDesign.Grid ? new(MethodKind.Grid) : new(MethodKind.Random, 40),
            space,
            new(),
            new(),
            Retries: 3,
            seed,
            Replicates: replicates);
        // The points are drawn from the same seed, and noise that depends on them would be an effect.
        var (noise, trials) = (new SimulatedNoise(seed + 1_000_000), new List<TrialSummary>());
        foreach (var (index, parameters) in SearchMethods.For(spec).Trials().Index())
        {
            var loss = Base + truth(parameters.ForModel()) + noise.Next();
            var best = new EpochMetrics(1, loss, loss, ValAccuracy: 0, LearningRate: 0.1, Seconds: 1, SamplesPerSecond: 1);
            trials.Add(new(
                index + 1, parameters, TrialState.Succeeded, Attempt: 1, EpochsDone: 1, loss, loss, best, best,
                new TrialResult(1, 1, 1, 1, 1, 1, 1, 1, 1, ""), Worker: null, Reason: null));
        }

        return SweepReport.Of(spec, trials);
    }

    private static Dimension Choice(string name, params ParameterValue[] values) => new(name, new DimensionDomain.Choice(values));

    private static ParameterValue.Word Word(string text) => new(text);

    private static ParameterValue.Whole Whole(long number) => new(number);
}
