using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;
using Sweep.Processes.Chaos;

namespace Sweep.Benchmarks.Chaos;

/// <summary>Rounds of a sweep under a killer for as long as it is told, each compared with the same sweep undisturbed.</summary>
public static class ChaosCommand
{
    private const int Silos = 3;
    private static readonly TimeSpan RoundLimit = TimeSpan.FromMinutes(15);
    private static readonly TrainingGrid Grid = new(["rnn", "lstm", "gru"], [10, 15, 20, 30], Epochs: 25, Retries: 20);

    /// <param name="arguments"><c>--seed n</c> (1) and <c>--minutes n</c> (10), in any order.</param>
    /// <returns>0, or 1 when a promise was broken; then the seed is printed again.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Parse(arguments) is not var (seed, minutes))
        {
            Console.Error.WriteLine($"chaos: found {string.Join(' ', arguments)}; write --seed and --minutes, each with a whole number from 1, or nothing.");
            return 2;
        }

        var started = Stopwatch.GetTimestamp();
        void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,8:0.0} s  {line}"));

        await using var cluster = await RealCluster.StartAsync(Silos);
        Say($"{Silos} silos of one slot, {Grid.Trials} trials of {Grid.Epochs} epochs; seed {seed}; the undisturbed sweep");
        await Grid.SubmitAsync(cluster, "undisturbed");
        await cluster.SweepIsOverAsync("undisturbed", RoundLimit);
        var losses = await new SweepProof(cluster.Database, "undisturbed").LossesAsync();

        var random = new Random(seed);
        var (acts, broken, rounds) = (0, 0, 0);
        var rounding = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(rounding) < TimeSpan.FromMinutes(minutes))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"round-{++rounds}");
            Say(name);
            var violations = await RoundAsync(cluster, random, name, losses, Say, count => acts += count);
            foreach (var violation in violations)
                Say($"VIOLATION {violation}");
            Say($"{name}: {(violations.Count == 0 ? "as undisturbed" : string.Create(CultureInfo.InvariantCulture, $"{violations.Count} violations"))}");
            broken += violations.Count;
            if (violations.Count > 0)
                break;
        }

        Say($"{rounds} rounds, {acts} acts, {broken} violations; seed {seed}");
        if (broken > 0)
            Console.WriteLine($"Again: dotnet run -c Release --project tests/Sweep.Benchmarks -- chaos --seed {seed} --minutes {minutes}");
        return broken > 0 ? 1 : 0;
    }

    private static async Task<IReadOnlyList<string>> RoundAsync(
        RealCluster cluster, Random random, string name, IReadOnlyList<string> losses, Action<string> say, Action<int> acted)
    {
        var killer = new ChaosKiller(cluster, random, Grid.Retries, say);
        try
        {
            await ChaosRound.RunAsync(cluster, killer, Grid, name, RoundLimit);
            return [.. await new SweepProof(cluster.Database, name).ViolationsAsync(Grid.Epochs, losses), .. killer.Complaints];
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            return [error.Message, .. killer.Complaints];
        }
        finally
        {
            acted(killer.Acts);
        }
    }

    private static (int Seed, int Minutes)? Parse(string[] arguments)
    {
        var (seed, minutes) = (1, 10);
        for (var place = 0; place < arguments.Length; place += 2)
        {
            if (place + 1 == arguments.Length || !int.TryParse(arguments[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
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
