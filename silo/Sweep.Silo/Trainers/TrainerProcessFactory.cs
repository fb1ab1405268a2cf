using System.Diagnostics;
using System.Globalization;
using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>Starts the programs <c>Sweep.Trainer</c> and <c>Sweep.Runner</c>.</summary>
/// <param name="trainer">The folder of Sweep.Trainer; null for the one beside the silo's program.</param>
/// <param name="runner">That of Sweep.Runner.</param>
/// <param name="programs">Whether programs of sweep files may run here. The scheduler grants them to no silo where they may not.</param>
/// <param name="threads">CPU threads of each trainer; at least 1.</param>
internal sealed class TrainerProcessFactory(string? trainer, string? runner, bool programs, int threads, TimeProvider time)
    : ITrainerFactory
{
    public async Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation)
    {
        if (kind == TrainerKind.Program && !programs)
            throw new TrainerStartException("this silo runs no programs; it was started without --programs.");
        // The runner kills what it has started, and removes its folders, when it ends or is killed.
        var process = new TrainerProcess(Program(kind, device), killsTree: kind == TrainerKind.Model);
        try
        {
            if (await process.ReceiveAsync(cancellation) is { Event: TrainerEvent.Ready })
                return process;
        }
        catch
        {
            await process.EndAsync(time);
            throw;
        }

        var death = process.Death ?? "its first message was not that it is ready.";
        await process.EndAsync(time);
        throw new TrainerStartException(death);
    }

    private ProcessStartInfo Program(TrainerKind kind, string device)
    {
        var start = kind == TrainerKind.Model
            ? SiblingProgram.Start("Sweep.Trainer", trainer, "SWEEP_TRAINER")
            : SiblingProgram.Start("Sweep.Runner", runner, "SWEEP_RUNNER");
        foreach (var name in start.Environment.Keys.Where(name => !TrainerEnvironment.Inherits(name)).ToList())
            start.Environment.Remove(name);
        if (kind == TrainerKind.Model)
        {
            foreach (var (name, value) in TrainerEnvironment.Variables)
                start.Environment[name] = value;
        }

        // Where nobody asked for them, the runtime's doors for debuggers stay shut. A process that is killed would leave them in /tmp.
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        start.Environment[TrainerEnvironment.Device] = device;
        start.Environment[TrainerEnvironment.Threads] = threads.ToString(CultureInfo.InvariantCulture);
        return start;
    }
}
