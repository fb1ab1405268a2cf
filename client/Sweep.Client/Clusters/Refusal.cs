using Sweep.Client.Errors;
using Sweep.Contracts;

namespace Sweep.Client.Clusters;

/// <summary>A grain's answer that may be a refusal.</summary>
internal static class Refusal
{
    /// <returns>The message of a reply that was accepted.</returns>
    /// <exception cref="RequestRefusedException">It was not.</exception>
    public static string OrRefused(this CommandReply reply) =>
        reply.Accepted ? reply.Message : throw new RequestRefusedException(reply.Message);
}
