using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Sweep.Grains;

namespace Sweep.Silo.Hosting;

/// <summary>The GPUs of this machine, as <c>nvidia-smi</c> tells: libtorch does not say what a device uses, and a silo never loads it.</summary>
public static class Devices
{
    private const string Query = "--query-gpu=index,memory.used,memory.total,utilization.gpu";

    /// <summary>What each GPU does now; empty where there is none.</summary>
    public static async Task<IReadOnlyList<DeviceUse>> UseAsync(CancellationToken cancellation = default)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", [Query, "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? Parse(output) : [];
        }
        catch (Win32Exception)
        {
            // There is no such program, so there is no such device.
            return [];
        }
    }

    /// <summary>Reads lines of <c>index, MiB used, MiB in all, percent busy</c>. A number that the driver does not give (<c>[N/A]</c>) counts as 0.</summary>
    public static IReadOnlyList<DeviceUse> Parse(string csv) =>
    [
        .. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 4)
            .Select(cells => new DeviceUse($"cuda:{cells[0]}", Mebibytes(cells[1]), Mebibytes(cells[2]), Number(cells[3]) / 100)),
    ];

    /// <summary>The device of each slot: as many as <paramref name="slots"/>, shared out in turn; without it one a GPU, or one a core.</summary>
    public static IReadOnlyList<string> ForSlots(IReadOnlyList<string> devices, int? slots, int cores)
    {
        IReadOnlyList<string> chosen = devices.Count > 0 ? devices : ["cpu"];
        var count = slots ?? (chosen is ["cpu"] ? cores : chosen.Count);
        return [.. Enumerable.Range(0, count).Select(slot => chosen[slot % chosen.Count])];
    }

    private static long Mebibytes(string cell) => (long)Number(cell) << 20;

    private static double Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
