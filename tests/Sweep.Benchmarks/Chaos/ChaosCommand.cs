using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;
using Sweep.Processes.Chaos;

namespace Sweep.Benchmarks.Chaos;

/// <summary>
/// Runs rounds of a sweep under a killer and users for a given time. Each round is compared with the same sweep without disturbances.
/// </summary>
public static class ChaosCommand
{
    private const int Users = 2;
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(15);

    /// <summary>A sweep with more trials than slots, so that some trial always waits.</summary>
    private static readonly TrainingGrid Many = new(["rnn", "lstm", "gru"], [10, 15, 20, 30], Epochs: 25, Retries: 20);

    /// <summary>
    /// A sweep with fewer trials than slots, so that a trial that was given back finds a free slot, often on the same worker.
    /// </summary>
    private static readonly TrainingGrid Few = new(["rnn", "gru"], [10], Epochs: 80, Retries: 20);

    /// <summary>A sweep whose trials follow from the outcomes of others, so that one bit would make it another sweep.</summary>
    private static readonly SearchedSweep Searched = new(Trials: 24, Epochs: 27);

    private static readonly SearchedSweep OfProgram = new(Trials: 24, Epochs: 9, OfProgram: true);

    private static readonly List<IDisturbedSweep> Shapes = [Many, Few, Searched, OfProgram];

    /// <param name="arguments"><c>--seed n</c> (1) and <c>--minutes n</c> (10), in any order.</param>
    /// <returns>0, or 1 when there was a violation; the seed is then printed again.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Parse(arguments) is not var (seed, minutes))
        {
            Console.Error.WriteLine(
                $"chaos: found {string.Join(' ', arguments)}; write --seed and --minutes, each with a whole number from 1, or nothing.");
            return 2;
        }

        var alone = await OnOneSiloAsync(Searched);
        await using var chaos = await ChaosCluster.StartAsync(seed, Console.WriteLine);
        chaos.Journal.Say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; the undisturbed sweeps"));
        var results = new Dictionary<IDisturbedSweep, IReadOnlyList<string>>();
        foreach (var shape in Shapes)
            results[shape] = await UndisturbedAsync(chaos.Cluster, shape);
        // It trains the same on one silo and on three.
        var broken = Said(await Searched.ViolationsAsync(chaos.Cluster.Database, Name(Searched), alone));

        var random = new Random(seed);
        var rounds = 0;
        var rounding = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(rounding) < TimeSpan.FromMinutes(minutes) && broken == 0)
        {
            var shape = Shapes[random.Next(Shapes.Count)];
            chaos.Journal.Say(string.Create(CultureInfo.InvariantCulture, $"round {++rounds}: {shape.Words}"));
            broken = Said(await chaos.RoundAsync(shape, results[shape], Users, RoundLimit));
            chaos.Journal.Say(string.Create(
                CultureInfo.InvariantCulture, $"round {rounds}: {(broken == 0 ? "as promised" : $"{broken} violations")}"));
        }

        chaos.Journal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds in {Stopwatch.GetElapsedTime(rounding).TotalMinutes:0.0} minutes, {chaos.Acts} acts, " +
            $"{chaos.Orders} orders, {broken} violations; seed {seed}"));
        if (broken > 0)
            Console.WriteLine($"Again: dotnet run -c Release --project tests/Sweep.Benchmarks -- chaos --seed {seed} --minutes {minutes}");
        return broken > 0 ? 1 : 0;
    }

    private static async Task<IReadOnlyList<string>> OnOneSiloAsync(IDisturbedSweep shape)
    {
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        return await UndisturbedAsync(cluster, shape);
    }

    private static async Task<IReadOnlyList<string>> UndisturbedAsync(RealCluster cluster, IDisturbedSweep shape)
    {
        await shape.SubmitAsync(cluster, Name(shape), stallLimit: 3600);
        await cluster.SweepIsOverAsync(Name(shape), RoundLimit);
        return await shape.ResultsAsync(cluster.Database, Name(shape));
    }

    private static string Name(IDisturbedSweep shape) =>
        string.Create(CultureInfo.InvariantCulture, $"undisturbed-{Shapes.IndexOf(shape) + 1}");

    /// <returns>How many violations there are.</returns>
    private static int Said(IReadOnlyList<string> violations)
    {
        foreach (var violation in violations)
            Console.WriteLine($"VIOLATION {violation}");
        return violations.Count;
    }

    private static (int Seed, int Minutes)? Parse(string[] arguments)
    {
        var (seed, minutes) = (1, 10);
        for (var place = 0; place < arguments.Length; place += 2)
        {
            if (place + 1 == arguments.Length
                || !int.TryParse(arguments[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
                return null;
            switch (arguments[place])
            {
                case "--seed":
                    seed = number;
                    break;
                case "--minutes":
                    minutes = number;
                    break;
                default:
                    return null;
            }
        }

        return (seed, minutes);
    }
}
