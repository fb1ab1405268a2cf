using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Sweeps;

internal static class RetryCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.SweepOrTrial();
        var detach = CommonOptions.Detach();
        return new DocumentedCommand(
            "retry",
            "Tries failed and cancelled trials again, from their checkpoints, and watches the sweep to its end.",
            "sweep retry next-character",
            "sweep retry next-character/3 --detach")
        {
            address, detach, CommonOptions.Output,
        }.Runs(terminal, context => WatchedOrder.SendAsync(
            context, context.Value(address), context.Value(detach), (grain, trial) => grain.Retry(trial)));
    }
}
