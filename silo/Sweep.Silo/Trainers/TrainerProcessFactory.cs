using System.Globalization;
using Sweep.Domain.Protocol;
using Sweep.Silo.Hosting;

namespace Sweep.Silo.Trainers;

/// <summary>Starts the program <c>Sweep.Trainer</c> that lies beside the silo's.</summary>
internal sealed class TrainerProcessFactory(SweepSiloOptions options) : ITrainerFactory
{
    public async Task<ITrainer> StartAsync(string device, CancellationToken cancellation)
    {
        var start = SiblingProgram.Start("Sweep.Trainer", options.Trainer);
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        start.Environment[TrainerEnvironment.Device] = device;
        start.Environment[TrainerEnvironment.Threads] = options.Threads.ToString(CultureInfo.InvariantCulture);
        var trainer = new TrainerProcess(start);
        try
        {
            if (await trainer.ReceiveAsync(cancellation) is { Event: TrainerEvent.Ready })
                return trainer;
        }
        catch
        {
            await trainer.DisposeAsync();
            throw;
        }

        var death = trainer.Death ?? "its first message was not that it is ready.";
        await trainer.DisposeAsync();
        throw new TrainerStartException(death);
    }
}
