using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;
using Sweep.Client.Programs;

namespace Sweep.Client.Commands.Sweeps;

internal static class TryCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = CommonOptions.File();
        var set = CommonOptions.Set();
        var trial = new Option<int>("--trial")
        {
            Description = "The number of the trial, as `sweep plan` shows it; 1 unless given.",
            HelpName = "n",
            DefaultValueFactory = _ => 1,
        };
        var device = new Option<string>("--device")
        {
            Description = "cpu, or a GPU such as cuda:0; the first GPU that nvidia-smi lists, or else cpu, unless given.",
            HelpName = "device",
        };
        return new DocumentedCommand(
            "try", "Runs one trial of a sweep file's program here, without a cluster, and says what it reported; stores nothing.",
            "sweep try mine.yaml", "sweep try mine.yaml --trial 3 --set program.epochs=2")
        {
            file, set, trial, device,
        }.Runs(terminal, async context =>
        {
            var path = context.Value(file);
            var sweep = await ProgramSweep.LoadAsync(path, context.Value(set)!, context.Cancellation)
                ?? throw new WrongInputException($"{path}: found no program; sweep try runs programs, and sweep run the built-in model.");
            var (number, trials) = (context.Value(trial), sweep.Trials());
            if (number < 1 || number > trials.Count)
                throw new WrongInputException($"--trial: found {number}; expected one of the trials 1 to {trials.Count}.");
            sweep.Warn(context.Terminal);
            var chosen = context.Value(device) is { } given ? TryDevice.Of(given) : await TryDevice.FirstAsync(context.Cancellation);
            return await new TrialTry(sweep, context.Terminal).RunAsync(number, trials[number - 1], chosen, context.Cancellation);
        });
    }
}
