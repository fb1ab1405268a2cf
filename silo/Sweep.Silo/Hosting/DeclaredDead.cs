using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Ends the process at once when Orleans cannot go on, which is when the cluster has declared this silo dead: its trials train elsewhere by then, and its
/// trainers end with it. There is nobody to drain to.
/// </summary>
internal sealed partial class DeclaredDead(IOptions<SiloOptions> silo) : IFatalErrorHandler
{
    /// <summary>The exit code.</summary>
    public const int ExitCode = 5;

    public bool IsUnexpected(Exception exception) => exception is not (OperationCanceledException or ObjectDisposedException);

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        Console.Error.WriteLine(
            $"silo: {silo.Value.SiloName} ends: {context?.Trim()}{(exception is null ? "" : $" ({exception.Message})")} " +
            "What it trained goes on elsewhere; start it again when its machine and network are well.");
        Console.Error.Flush();
        ExitNow(ExitCode);
    }

    // Environment.Exit would wait for the host to stop, and the host for a cluster that does not answer it any more.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
