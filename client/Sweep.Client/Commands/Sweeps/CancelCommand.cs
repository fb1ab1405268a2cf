using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Sweeps;

internal static class CancelCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.SweepOrTrial();
        return new DocumentedCommand(
            "cancel",
            "Ends a sweep, or one trial, for good; what was measured stays.",
            "sweep cancel next-character",
            "sweep cancel next-character/3")
        {
            address,
        }.Runs(terminal, context => SweepOrder.SendAsync(context, context.Value(address), (grain, trial) => grain.Cancel(trial)));
    }
}
