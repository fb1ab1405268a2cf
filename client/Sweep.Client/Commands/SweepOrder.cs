using Sweep.Client.Errors;
using Sweep.Contracts;

namespace Sweep.Client.Commands;

/// <summary>One request to a sweep's grain, and its answer.</summary>
internal static class SweepOrder
{
    /// <exception cref="RequestRefusedException">The grain refused.</exception>
    public static async Task<ExitCode> SendAsync(CommandContext context, SweepAddress address, Func<ISweepGrain, int?, Task<CommandReply>> order)
    {
        await using var cluster = await context.OpenAsync();
        var sweep = await address.FindAsync(cluster.Reader, context.Cancellation);
        context.Say((await cluster.AskAsync(sweep.Id, grain => order(grain, address.Trial), context.Cancellation)).OrRefused());
        return ExitCode.Done;
    }

    /// <returns>The message of a reply that was accepted.</returns>
    /// <exception cref="RequestRefusedException">It was not.</exception>
    public static string OrRefused(this CommandReply reply) => reply.Accepted ? reply.Message : throw new RequestRefusedException(reply.Message);
}
