using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sweep.Benchmarks.Orchestration;
using Sweep.Silo.Trainers;
using Sweep.Simulation;

namespace Sweep.Benchmarks.Recovery;

/// <summary>
/// Measures how the speed grows with 1, 4 and 16 silos of one slot. Their trainers take a fixed time for an epoch and use no processor, so
/// the rest of the time is the cluster's share.
/// </summary>
internal static class SimulatedSpeed
{
    private const int Trials = 64;
    private const int Epochs = 10;
    private static readonly TimeSpan Epoch = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync()
    {
        var one = 0.0;
        foreach (var silos in (int[])[1, 4, 16])
        {
            using var folder = new TemporaryFolder("speed");
            await using var cluster = await BenchmarkCluster.StartAsync(
                folder.Path, silos, slots: 1,
                services => services.Replace(ServiceDescriptor.Singleton<ITrainerFactory>(new SimulatedTrainers { Pace = Epoch })));
            await cluster.RunAsync(silos, epochs: 1);
            var clock = Stopwatch.GetTimestamp();
            await cluster.RunAsync(Trials, Epochs);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            one = silos == 1 ? seconds : one;
            Console.WriteLine(FormattableString.Invariant(
                $"{Trials} simulated trials of {Epochs} x {Epoch.TotalMilliseconds:0} ms on {silos,2} silos: {seconds,6:0.00} s, {one
                    / seconds,5:0.0} times one silo; {one / seconds / silos:P0} of {silos}"));
        }
    }
}
