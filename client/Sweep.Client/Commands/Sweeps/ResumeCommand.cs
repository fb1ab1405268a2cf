using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Sweeps;

internal static class ResumeCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.SweepOrTrial();
        var detach = CommonOptions.Detach();
        return new DocumentedCommand(
            "resume",
            "Goes on with a paused sweep, or trains a stopped trial to its last epoch, and watches the sweep to its end.",
            "sweep resume next-character",
            "sweep resume next-character/3",
            "sweep resume next-character --detach")
        {
            address, detach, CommonOptions.Output,
        }.Runs(terminal, context => WatchedOrder.SendAsync(
            context,
            context.Value(address),
            context.Value(detach),
            (grain, trial) => trial is { } number ? grain.ResumeTrial(number) : grain.Resume()));
    }
}
