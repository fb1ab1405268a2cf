using System.Diagnostics;
using System.Globalization;
using Sweep.Benchmarks.Orchestration;
using Sweep.Fuzzing;
using Sweep.Processes;

namespace Sweep.Benchmarks.Fuzzing;

/// <summary>Makes every reader read damaged inputs, for an equal share of the time each.</summary>
public static class FuzzCommand
{
    private const string Usage =
        "write --minutes and --seed, each with a whole number from 1, and --target with the name of one, or nothing.";

    /// <param name="arguments">
    /// <c>--minutes n</c> (10), <c>--seed n</c> (drawn, and printed) and <c>--target name</c> (all), in any order.
    /// </param>
    /// <returns>0, or 1 when an input was neither accepted nor properly refused. That input is printed with its seed.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var targets = new FuzzTargets(BuiltPrograms.Repository);
        if (Parse(arguments) is not var (minutes, seed, only))
        {
            Console.Error.WriteLine($"fuzz: found {string.Join(' ', arguments)}; {Usage}");
            return 2;
        }

        using var folder = new TemporaryFolder("fuzz");
        await using var cluster = await BenchmarkCluster.StartAsync(folder.Path, silos: 1, slots: 1);
        using var http = new SiloHttpTarget(cluster.Http);
        var chosen = targets.All.Append(http).Where(target => only is null || target.Name == only).ToList();
        if (chosen.Count == 0)
        {
            Console.Error.WriteLine($"fuzz: found the target {only}; expected one of {string.Join(", ", targets.All.Append(http))}.");
            return 2;
        }

        Console.WriteLine($"{minutes} minutes, seed {seed}");
        return chosen.Count(target => !Holds(target, seed, TimeSpan.FromMinutes(minutes) / chosen.Count)) == 0 ? 0 : 1;
    }

    private static bool Holds(FuzzTarget target, ulong seed, TimeSpan budget)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var read = FuzzRun.Run(target, seed, budget);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name,-16} {read,12:#,0} inputs in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
            return true;
        }
        catch (Exception finding)
        {
            Console.WriteLine($"{target.Name}: FOUND, seed {seed}\n{finding.Message}");
            return false;
        }
    }

    private static (int Minutes, ulong Seed, string? Only)? Parse(string[] arguments)
    {
        var (minutes, seed, only) = (10, (ulong)Random.Shared.Next(1, int.MaxValue), (string?)null);
        for (var place = 0; place < arguments.Length; place += 2)
        {
            var value = place + 1 < arguments.Length ? arguments[place + 1] : "";
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
            switch (arguments[place])
            {
                case "--minutes" when isNumber: minutes = number; break;
                case "--seed" when isNumber: seed = (ulong)number; break;
                case "--target" when value.Length > 0: only = value; break;
                default: return null;
            }
        }

        return (minutes, seed, only);
    }
}
