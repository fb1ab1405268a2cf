using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Processes;

namespace Sweep.Benchmarks.Search;

/// <summary>
/// The stopping rules against Optuna's pruners on real learning curves: how many epochs a sweep of random trials costs with each, and by
/// how much the best trial that it finds is worse than the best of all. Both sides have the same trials in the same order.
/// </summary>
internal static class RuleBenchmark
{
    private static readonly MetricWords Words = new(Metric.ValLoss, Goal.Minimize);

    private static readonly (string Name, Func<int, IStoppingRule> Create)[] Rules =
    [
        ("asha", _ => new AshaRule(1, 3, Words)),
        ("hyperband", trials => new HyperbandRule(1, 3, CurveTable.Epochs, trials, Words)),
        ("median", _ => new MedianRule(1, 1, MedianRule.DefaultTrials, Words)),
    ];

    /// <param name="arguments">How many draws of trials.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ([] or [_])
            || !int.TryParse(arguments.FirstOrDefault("30"), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds) || seeds < 2)
        {
            Console.Error.WriteLine($"rules: found {string.Join(' ', arguments)}; write the number of seeds, at least 2, or nothing.");
            return 2;
        }

        if (!File.Exists(CurveTable.Path))
        {
            Console.Error.WriteLine($"rules: {CurveTable.Path} is not there; train its curves with: curves {CurveTable.Path}");
            return 2;
        }

        TrialCurve[] table = [.. CurveTable.All.Values];
        Console.WriteLine($"{table.Length} curves of {CurveTable.Epochs} epochs, {seeds} draws of trials; medians [quartiles]");
        foreach (var trials in new[] { 50, 200 })
        {
            int[][] draws = [.. Enumerable.Range(1, seeds).Select(seed =>
            {
                int[] order = [.. Enumerable.Range(0, table.Length)];
                new Random(seed).Shuffle(order);
                return order[..trials];
            })];
            foreach (var (name, create) in Rules)
            {
                var ours = draws.Select(draw =>
                {
                    TrialCurve[] curves = [.. draw.Select(index => table[index])];
                    return RuleReplay.Epochs(create(trials), curves);
                });
                Say("ours", name, trials, draws, ours, table);
                // Ours gives the same on any number of workers, and is judged by number; a pruner judges what has arrived.
                foreach (var workers in new[] { 1, 8 })
                    Say($"Optuna, {workers} workers", name, trials, draws, await PeerAsync(name, workers, draws), table);
            }
        }

        return 0;
    }

    private static void Say(
        string who, string rule, int trials, int[][] draws, IEnumerable<int[]> epochs, IReadOnlyList<TrialCurve> table)
    {
        var (shares, regrets) = (new List<double>(), new List<double>());
        foreach (var (draw, trained) in draws.Zip(epochs))
        {
            TrialCurve[] curves = [.. draw.Select(index => table[index])];
            shares.Add(trained.Sum() / (double)curves.Sum(curve => curve.Scores.Count));
            regrets.Add(
                curves.Zip(trained).Min(trial => trial.First.Scores.Take(trial.Second).Min()) - curves.Min(curve => curve.Scores.Min()));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{trials,3} trials  {rule,-9} {who,-17} {Spread(shares, "0.0 %"),-24} of the epochs, regret {Spread(regrets, "0.0000"),-24} "
            + $"mean {regrets.Average():0.0000}, none in {regrets.Count(regret => regret == 0)} of {regrets.Count}"));
    }

    private static string Spread(List<double> values, string format)
    {
        double[] ordered = [.. values.Order()];
        return $"{Text(ordered.Length / 2)} [{Text(ordered.Length / 4)}, {Text(ordered.Length * 3 / 4)}]";

        string Text(int place) => ordered[place].ToString(format, CultureInfo.InvariantCulture);
    }

    private static async Task<List<int[]>> PeerAsync(string rule, int workers, int[][] draws)
    {
        var script = Path.Combine(BuiltPrograms.Repository, "tests", "peers", "optuna_pruners.py");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, rule, $"{workers}", CurveTable.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(draws));
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<List<int[]>>(output)!
            : throw new InvalidOperationException("The peer's program failed; it needs apt-get install python3-optuna.");
    }
}
