using System.Diagnostics;
using System.Globalization;
using Sweep.Domain.Protocol;
using Sweep.Silo.Hosting;

namespace Sweep.Silo.Trainers;

/// <summary>Starts the program <c>Sweep.Trainer</c> that lies beside the silo's program.</summary>
internal sealed class TrainerProcessFactory(SweepSiloOptions options, TimeProvider time) : ITrainerFactory
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
        var start = SiblingProgram.Start("Sweep.Trainer", options.Trainer);
        foreach (var name in start.Environment.Keys.Where(name => !TrainerEnvironment.Inherits(name)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        start.Environment[TrainerEnvironment.Device] = device;
        start.Environment[TrainerEnvironment.Threads] = options.Threads.ToString(CultureInfo.InvariantCulture);
        return start;
    }
}
