using Sweep.Client.Errors;
using Sweep.Contracts;

namespace Sweep.Client.Clusters;

/// <summary>Turns a grain's refusal into an exception.</summary>
internal static class Refusal
{
    /// <returns>The message of a reply that accepts the request.</returns>
    /// <exception cref="RequestRefusedException">The reply refuses the request.</exception>
    public static string OrRefused(this CommandReply reply) =>
        reply.Accepted ? reply.Message : throw new RequestRefusedException(reply.Message);
}
