using System.Diagnostics;
using System.Globalization;
using Sweep.Simulation;

namespace Sweep.Benchmarks.Statistics;

/// <summary>Holds reports against simulated sweeps whose truth is known: how often their sentences and intervals are right.</summary>
internal static class StatisticsBenchmark
{
    private const int Sweeps = 2000;

    public static int Run(string[] arguments)
    {
        var sweeps = arguments is [var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : Sweeps;
        var started = Stopwatch.GetTimestamp();
        foreach (var (name, design, replicates) in new[]
            {
                ("grid of 12", SimulatedDesign.Grid, 1), ("grid of 12, 3 seeds each", SimulatedDesign.Grid, 3),
                ("40 drawn", SimulatedDesign.Drawn, 1),
            })
        {
            Say($"{name}: no effect, but a sentence that something mattered", "at most 0.05", SimulatedTruth.Share(
                sweeps, design, replicates, SimulatedTruth.Nothing, SimulatedTruth.SaysThatSomethingMattered));
            Say($"{name}: two effects, found in their order", "", SimulatedTruth.Share(
                sweeps / 10, design, replicates, SimulatedTruth.CellBeforeLayers, SimulatedTruth.FindsCellBeforeLayers));
        }

        Say("two equal effects, but a sentence that one mattered most", "at most 0.05", SimulatedTruth.Share(
            sweeps, SimulatedDesign.Grid, 1, SimulatedTruth.LayersLikeWidth, SimulatedTruth.SaysThatOneMatteredMost));
        Say("an interaction without main effects, found as such", "", SimulatedTruth.Share(
            sweeps / 10, SimulatedDesign.Grid, 3, SimulatedTruth.OnlyTogether, SimulatedTruth.FindsOnlyTheInteraction));
        Say("95 % intervals of points with 5 seeds that hold the truth", "0.95", SimulatedTruth.Coverage(sweeps / 10, replicates: 5));
        Console.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        return 0;
    }

    private static void Say(string what, string target, double share) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{share,8:0.000}  {what}{(target.Length > 0 ? $" ({target})" : "")}"));
}
