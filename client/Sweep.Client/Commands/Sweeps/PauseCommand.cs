using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Sweeps;

internal static class PauseCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        return new DocumentedCommand(
            "pause",
            "Starts nothing more of a sweep; what runs writes a checkpoint and stops.",
            "sweep pause next-character")
        {
            address,
        }.Runs(terminal, context => SweepOrder.SendAsync(context, context.Value(address), (grain, _) => grain.Pause()));
    }
}
