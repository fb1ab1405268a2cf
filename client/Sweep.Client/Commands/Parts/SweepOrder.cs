using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Contracts;

namespace Sweep.Client.Commands.Parts;

/// <summary>Sends one request to a sweep's grain and prints its answer.</summary>
internal static class SweepOrder
{
    /// <exception cref="RequestRefusedException">The grain refused.</exception>
    public static async Task<ExitCode> SendAsync(
        CommandContext context, SweepAddress address, Func<ISweepGrain, int?, Task<CommandReply>> order)
    {
        await using var cluster = await context.OpenAsync();
        var sweep = await address.FindAsync(cluster.Reader, context.Cancellation);
        context.PrintLine((await cluster.RequestAsync(sweep.Id, grain => order(grain, address.Trial), context.Cancellation)).OrRefused());
        return ExitCode.Done;
    }
}
