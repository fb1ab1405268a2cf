using System.Diagnostics;
using System.Globalization;
using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>Starts the program <c>Sweep.Trainer</c>.</summary>
/// <param name="folder">The program's folder; null for the one beside the silo's program.</param>
/// <param name="threads">CPU threads of each trainer; at least 1.</param>
internal sealed class TrainerProcessFactory(string? folder, int threads, TimeProvider time) : ITrainerFactory
{
    public async Task<ITrainer> StartAsync(string device, CancellationToken cancellation)
    {
        var trainer = new TrainerProcess(Program(device));
        try
        {
            if (await trainer.ReceiveAsync(cancellation) is { Event: TrainerEvent.Ready })
                return trainer;
        }
        catch
        {
            await trainer.EndAsync(time);
            throw;
        }

        var death = trainer.Death ?? "its first message was not that it is ready.";
        await trainer.EndAsync(time);
        throw new TrainerStartException(death);
    }

    private ProcessStartInfo Program(string device)
    {
        var start = SiblingProgram.Start("Sweep.Trainer", folder);
        foreach (var name in start.Environment.Keys.Where(name => !TrainerEnvironment.Inherits(name)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        start.Environment[TrainerEnvironment.Device] = device;
        start.Environment[TrainerEnvironment.Threads] = threads.ToString(CultureInfo.InvariantCulture);
        return start;
    }
}
