using System.Diagnostics;
using System.Globalization;

namespace Sweep.SystemTests;

/// <summary>
/// Two network namespaces that are connected by a switch in a third namespace. Cutting the cable drops packets silently, as a broken
/// network does, while each side keeps its interface and its address. Unix sockets still work, since both sides have the same files.
/// </summary>
public sealed class NetworkCable : IDisposable
{
    private static int _cables;
    private readonly string _name = string.Create(
        CultureInfo.InvariantCulture, $"sweep{Environment.ProcessId}-{Interlocked.Increment(ref _cables)}");

    private NetworkCable()
    {
    }

    /// <summary>The two sides, each with its address and the command that runs a program there.</summary>
    public IReadOnlyList<(string Address, string[] Prefix)> Sides =>
        [.. Enumerable.Range(1, 2).Select(side => ($"10.77.0.{side}", (string[])["ip", "netns", "exec", Space(side)]))];

    /// <summary>Creates the namespaces and connects them; null when this machine does not allow it.</summary>
    /// <param name="refusal">Why this machine does not allow it.</param>
    public static NetworkCable? TryLay(out string refusal)
    {
        var cable = new NetworkCable();
        try
        {
            cable.Lay();
            refusal = "";
            return cable;
        }
        catch (InvalidOperationException error)
        {
            cable.Dispose();
            refusal = $"no network namespaces here: {error.Message}";
            return null;
        }
    }

    public void Cut() => Run("-n", Space(0), "link", "set", "port2", "nomaster");

    public void Join() => Run("-n", Space(0), "link", "set", "port2", "master", "switch");

    public void Dispose()
    {
        for (var space = 0; space <= 2; space++)
            TryRun("netns", "delete", Space(space));
    }

    private void Lay()
    {
        for (var space = 0; space <= 2; space++)
            Run("netns", "add", Space(space));
        Run("-n", Space(0), "link", "add", "switch", "type", "bridge");
        Run("-n", Space(0), "link", "set", "switch", "up");
        for (var side = 1; side <= 2; side++)
        {
            var port = string.Create(CultureInfo.InvariantCulture, $"port{side}");
            Run("-n", Space(0), "link", "add", port, "type", "veth", "peer", "name", "cable", "netns", Space(side));
            Run("-n", Space(0), "link", "set", port, "master", "switch", "up");
            Run("-n", Space(side), "address", "add", $"10.77.0.{side}/24", "dev", "cable");
            Run("-n", Space(side), "link", "set", "cable", "up");
            Run("-n", Space(side), "link", "set", "lo", "up");
        }
    }

    /// <summary>Returns the name of a side's namespace. Side 0 is the switch.</summary>
    private string Space(int side) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{side}");

    private static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is { } error)
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
    }

    /// <returns>The error of the command; null when it succeeded.</returns>
    private static string? TryRun(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }
}
