using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Output;
using Sweep.Client.Running;

namespace Sweep.Client.Commands.Sweeps;

internal static class WatchCommand
{
    public static Command Create(Terminal terminal)
    {
        var address = CommonOptions.Sweep();
        return new DocumentedCommand(
            "watch",
            "Shows a sweep until it is over; Ctrl-C leaves it running.",
            "sweep watch next-character")
        {
            address, CommonOptions.Output,
        }.Runs(terminal, async context =>
        {
            await using var cluster = await context.OpenAsync();
            var sweep = await context.Value(address).FindAsync(cluster.Reader, context.Cancellation);
            return await new SweepFollower(cluster, context.Console).FollowAsync(sweep.Name, $"sweep resume {sweep.Name}");
        });
    }
}
