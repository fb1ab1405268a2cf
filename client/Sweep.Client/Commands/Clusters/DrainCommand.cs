using System.CommandLine;
using System.Diagnostics;
using Sweep.Client.Clusters;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Contracts;
using Sweep.Storage.Reading;

namespace Sweep.Client.Commands.Clusters;

internal static class DrainCommand
{
    // A silo has a limit of its own for writing checkpoints; this one is longer.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("WORKER") { Description = "Its name in `sweep workers`, or the beginning of it." };
        return new DocumentedCommand(
            "drain",
            "Takes a worker out of the cluster: no more trials, what runs there writes a checkpoint and goes on elsewhere, "
            + "its silo ends. Waits for that.",
            "sweep drain gpu1-3f2b",
            "sweep drain gpu1")
        {
            name,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            var worker = Choose(context.Value(name), await cluster.Reader.WorkersAsync(context.Cancellation));
            var reply = await cluster.RequestAsync(grains => grains.GetGrain<IClusterGrain>(0).Drain(worker), context.Cancellation);
            context.PrintLine(reply.OrRefused());
            await UntilGoneAsync(cluster, worker, context.Cancellation);
            context.PrintLine($"{worker} is gone.");
            return ExitCode.Done;
        });
    }

    /// <summary>The full name of the worker that <paramref name="name"/> means: its whole name, or the beginning of it.</summary>
    /// <exception cref="WrongInputException">The name is the beginning of the name of no living worker, or of more than one.</exception>
    private static string Choose(string name, IReadOnlyList<WorkerOverview> workers)
    {
        string[] alive = [.. workers.Where(worker => worker.Alive).Select(worker => worker.Name)];
        string[] meant = alive.Contains(name) ? [name] : [.. alive.Where(worker => worker.StartsWith(name, StringComparison.Ordinal))];
        return meant switch
        {
            [var only] => only,
            [] => throw new WrongInputException(
                $"WORKER: found {name}; expected the beginning of the name of a worker that lives: "
                + $"{(alive.Length == 0 ? "none does" : string.Join(", ", alive))}."),
            _ => throw new WrongInputException(
                $"WORKER: found {name}; it begins the names of {string.Join(", ", meant)}. Write more of it."),
        };
    }

    private static async Task UntilGoneAsync(Cluster cluster, string worker, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await cluster.Reader.WorkersAsync(cancellation)).Any(row => row.Name == worker && row.Alive))
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new RequestRefusedException(
                    $"{worker} has not ended within {Limit.TotalSeconds:0} s; `sweep workers` shows what it does.");
            }
            await Task.Delay(Pause, cancellation);
        }
    }
}
