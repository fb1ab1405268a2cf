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

        await using var chaos = await ChaosCluster.StartAsync(seed, Console.WriteLine);
        chaos.Journal.Say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; the undisturbed sweeps"));
        string[] losses =
        [
            .. await UndisturbedAsync(chaos, Many, "undisturbed-many"), .. await UndisturbedAsync(chaos, Few, "undisturbed-few"),
        ];

        var random = new Random(seed);
        var (broken, rounds) = (0, 0);
        var rounding = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(rounding) < TimeSpan.FromMinutes(minutes) && broken == 0)
        {
            var grid = random.Next(2) == 0 ? Many : Few;
            chaos.Journal.Say(
                string.Create(CultureInfo.InvariantCulture, $"round {++rounds}: {grid.Trials} trials of {grid.Epochs} epochs"));
            var violations = await chaos.RoundAsync(grid, losses, Users, RoundLimit);
            foreach (var violation in violations)
                Console.WriteLine($"VIOLATION {violation}");
            chaos.Journal.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"round {rounds}: {(violations.Count == 0 ? "as promised" : $"{violations.Count} violations")}"));
            broken += violations.Count;
        }

        chaos.Journal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds in {Stopwatch.GetElapsedTime(rounding).TotalMinutes:0.0} minutes, {chaos.Acts} acts, " +
            $"{chaos.Orders} orders, {broken} violations; seed {seed}"));
        if (broken > 0)
            Console.WriteLine($"Again: dotnet run -c Release --project tests/Sweep.Benchmarks -- chaos --seed {seed} --minutes {minutes}");
        return broken > 0 ? 1 : 0;
    }

    private static async Task<IReadOnlyList<string>> UndisturbedAsync(ChaosCluster chaos, TrainingGrid grid, string name)
    {
        await grid.SubmitAsync(chaos.Cluster, name);
        await chaos.Cluster.SweepIsOverAsync(name, RoundLimit);
        return await new SweepProof(chaos.Cluster.Database, name).LossesAsync();
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
