using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sweep.Domain.Search;
using Sweep.Processes;

namespace Sweep.Benchmarks.Search;

/// <summary>
/// The samplers against Optuna's on functions whose lowest value is known: the median and the quartiles over seeds of how far the best
/// trial is from it, and the time of a proposal. Both sides know the outcomes of the same trials when they propose.
/// </summary>
internal static class PeerBenchmark
{
    /// <summary>Optuna 3.1 has no Gaussian process of its own, so ours stands beside its best sampler for few trials.</summary>
    private static readonly (string Name, string Peer, Func<SearchSpace, long, int, SearchWindow, ISearchMethod> Create)[] Samplers =
    [
        ("random", "random", (space, seed, trials, _) => new RandomSearch(space, seed, trials)),
        ("sobol", "sobol", (space, seed, trials, _) => new SobolSearch(space, seed, trials)),
        ("tpe", "tpe", (space, seed, trials, window) => new TpeSearch(space, seed, trials, window)),
        ("gp", "tpe", (space, seed, trials, window) => new GpSearch(space, seed, trials, window)),
        ("cma-es", "cma-es", (space, seed, trials, window) => new CmaEsSearch(space, seed, trials, window)),
        ("nsga-ii", "nsga-ii", (space, seed, trials, window) => new NsgaSearch(space, seed, trials, window)),
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var samplers = Text(arguments, "--samplers")?.Split(',');
        var functions = Text(arguments, "--functions")?.Split(',');
        var seeds = Number(arguments, "--seeds", 30);
        var trials = Number(arguments, "--trials", 200);
        CheckFunctions(await PeerAsync(["values"]));
        var peers = new Dictionary<string, Task<List<JsonElement>>>();
        Console.WriteLine($"{seeds} seeds; median [quartiles] of the distance to the lowest value after so many trials");
        foreach (var sampler in Samplers.Where(sampler => samplers?.Contains(sampler.Name) != false))
        {
            var objectives = sampler.Name == "nsga-ii" ? 2 : 1;
            foreach (var function in SearchFunctions.All
                .Where(function => function.Objectives == objectives && functions?.Contains(function.Name) != false))
            {
                // Random points need no outcome, so the window is nothing to them.
                foreach (var window in sampler.Name is "random" or "sobol" ? [8] : new[] { 1, 8 })
                {
                    // Two samplers may have the same peer.
                    string[] course = [sampler.Peer, function.Name, $"{window}", $"{trials}", $"{seeds}"];
                    var peer = CollectionsMarshal.GetValueRefOrAddDefault(peers, string.Join(' ', course), out _) ??= PeerAsync(course);
                    var ours = Enumerable.Range(1, seeds)
                        .Select(seed => Run(sampler.Create(function.Space, seed, trials, new(window)), function))
                        .ToList();
                    Say(sampler.Name, function, window, ours, [.. (await peer).Select(Course.Of)]);
                }
            }
        }

        return 0;
    }

    private static Course Run(ISearchMethod method, SearchFunction function)
    {
        var known = new List<KnownTrial>();
        var values = new List<double[]>();
        var best = new List<double>();
        var took = TimeSpan.Zero;
        for (var number = 1; number <= method.Count; number++)
        {
            for (var over = known.Count - 1; over >= 0 && known[over].Score is null; over--)
            {
                if (over < method.WaitsFor(number))
                {
                    known[over] = known[over] with
                    {
                        Score = values[over][0],
                        Scores = values[over].Length > 1 ? values[over] : null,
                        IsRunning = false,
                    };
                }
            }

            var started = Environment.CpuUsage.TotalTime;
            var trial = method.Propose(number, known);
            took += Environment.CpuUsage.TotalTime - started;
            known.Add(new(number, trial, null, IsRunning: true));
            values.Add(function.Values(trial));
            best.Add(function.Objectives > 1
                ? -SearchFunctions.Hypervolume(values)
                : Math.Min(values[^1][0], best.LastOrDefault(double.PositiveInfinity)));
        }

        return new(best, took.TotalSeconds);
    }

    private static void Say(string sampler, SearchFunction function, int window, IReadOnlyList<Course> ours, IReadOnlyList<Course> peer)
    {
        var parts = new[] { 50, 200 }.Where(after => after <= ours[0].Best.Count).Select(after =>
        {
            var (own, other) = (Distances(ours, after), Distances(peer, after));
            return $"at {after,3}: {Spread(own)}, Optuna {Spread(other)}: {Verdict(own, other)}";
        });
        var milliseconds = new[] { ours, peer }
            .Select(courses => 1000 * courses.Average(course => course.Seconds / course.Best.Count));
        Console.WriteLine(
            $"{sampler,-8} {function.Name,-14} window {window}  {string.Join("   ", parts)}   ms a "
            + $"proposal: {string.Join(", Optuna ", milliseconds.Select(time => time.ToString("0.00", CultureInfo.InvariantCulture)))}");

        double[] Distances(IReadOnlyList<Course> courses, int after) =>
            [.. courses.Select(course => course.Best[after - 1] - function.Lowest).Order()];
    }

    private static string Spread(double[] ordered) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ordered[ordered.Length / 2]:G3} [{ordered[ordered.Length / 4]:G3}, {ordered[ordered.Length * 3 / 4]:G3}]");

    /// <summary>What the ranks of two samples say at a level of 0.05. Source: Mann and Whitney 1947, the normal approximation.</summary>
    private static string Verdict(double[] own, double[] other)
    {
        double count = (double)own.Length * other.Length;
        var wins = own.Sum(mine => other.Sum(theirs => mine < theirs ? 1 : mine == theirs ? 0.5 : 0));
        var z = (wins - (count / 2)) / Math.Sqrt(count * (own.Length + other.Length + 1) / 12);
        return z > 1.96 ? "better" : z < -1.96 ? "WORSE" : "alike";
    }

    /// <summary>Makes sure that both sides have the same functions.</summary>
    private static void CheckFunctions(IEnumerable<JsonElement> values)
    {
        foreach (var line in values)
        {
            var function = SearchFunctions.All.Single(function => function.Name == line.GetProperty("function").GetString());
            var (own, other) = (
                function.Values(function.Space.Catalog.Complete(function.Probe, 0))[^1], line.GetProperty("value").GetDouble());
            if (Math.Abs(own - other) > 1e-9 * Math.Max(1, Math.Abs(other)))
                throw new InvalidOperationException($"{function.Name} is {own} here and {other} in Python.");
        }
    }

    private static async Task<List<JsonElement>> PeerAsync(IEnumerable<string> arguments)
    {
        var script = Path.Combine(BuiltPrograms.Repository, "tests", "peers", "optuna_search.py");
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", [script, .. arguments]) { RedirectStandardOutput = true })!;
        var lines = new List<JsonElement>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            lines.Add(JsonDocument.Parse(line).RootElement);
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException(
            "The peer's program failed; it needs apt-get install python3-optuna python3-cmaes python3-scipy.");
    }

    private static string? Text(string[] arguments, string option) =>
        Array.IndexOf(arguments, option) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private static int Number(string[] arguments, string option, int otherwise) =>
        Text(arguments, option) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <param name="Best">The lowest value up to each trial.</param>
    /// <param name="Seconds">Of the processor, for all proposals.</param>
    private sealed record Course(IReadOnlyList<double> Best, double Seconds)
    {
        public static Course Of(JsonElement line) => new(
            [.. line.GetProperty("best").EnumerateArray().Select(value => value.GetDouble())], line.GetProperty("seconds").GetDouble());
    }
}
