using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Sweep.Silo.Monitoring;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Ends the process at once when Orleans cannot go on, mostly because the cluster has declared this silo dead. Its trials then train on
/// other silos, and its trainers end with the process, so there is nothing to drain.
/// </summary>
internal sealed class DeclaredDead(IOptions<SiloOptions> silo, DatabaseClock clock) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => exception is not (OperationCanceledException or ObjectDisposedException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        var reason = $"{context?.Trim()}{(exception is null ? "" : $" ({exception.Message})")}";
        // Only the text tells which fatal error Orleans met.
        var what = reason.Contains("I am dead", StringComparison.Ordinal) || reason.Contains("as Dead", StringComparison.Ordinal)
            ? "was declared dead by the cluster"
            : "cannot go on";
        var cure = clock.Complaint is { } complaint
            ? $"{char.ToUpperInvariant(complaint[0])}{complaint[1..]}. Then start it again"
            : "Start it again when its machine and network are well";
        SiloExit.Now(
            SiloExit.CannotGoOn,
            $"silo: {silo.Value.SiloName} {what} and ends. What it trained goes on elsewhere. {cure}. Orleans says: {reason}");
    }
}
