using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using Sweep.Grains;
using Sweep.Security;

namespace Sweep.Silo.Hosting;

/// <param name="Devices">What each GPU does now; empty where there is none, or they cannot be measured.</param>
/// <param name="Complaint">Why they cannot be measured although there is an <c>nvidia-smi</c>; null when all is well.</param>
public sealed record DeviceMeasurement(IReadOnlyList<DeviceUse> Devices, string? Complaint);

/// <summary>The GPUs of this machine, as <c>nvidia-smi</c> tells: libtorch does not say what a device uses, and a silo never loads it.</summary>
public static class Devices
{
    /// <summary>What a CUDA context with libtorch's kernels takes, with room for a small model.</summary>
    public const long LeastGpuMemory = 1L << 30;

    /// <summary>How long <c>nvidia-smi</c> may take: a driver that is not in use yet takes seconds to wake up.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int NoSuchFile = 2;
    private const int LongestLine = 200;

    private const string Query = "--query-gpu=index,memory.used,memory.total,utilization.gpu";

    /// <summary>Asks <c>nvidia-smi</c>, which is ended when it does not answer.</summary>
    /// <param name="program">Its name, or its path.</param>
    /// <param name="limit">How long it may take; 10 s unless given.</param>
    public static async Task<DeviceMeasurement> MeasureAsync(string program = "nvidia-smi", TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        // Where there is no such program, there is no such device.
        if (SystemProgram.Find(program) is not { } path)
            return new([], null);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limit ?? Limit);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(path, [Query, "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception error)
        {
            return new([], error.NativeErrorCode == NoSuchFile ? null : $"nvidia-smi cannot be started: {error.Message}");
        }

        using (process)
        {
            try
            {
                var errors = process.StandardError.ReadToEndAsync(time.Token);
                var output = await process.StandardOutput.ReadToEndAsync(time.Token);
                await process.WaitForExitAsync(time.Token);
                return process.ExitCode != 0 ? new([], $"nvidia-smi ended with {process.ExitCode}: {FirstLine(output + await errors)}")
                    : Parse(output) is { Count: > 0 } devices ? new(devices, null)
                    : new([], $"nvidia-smi lists no GPU: {FirstLine(output + await errors)}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return new([], $"nvidia-smi did not answer within {(limit ?? Limit).TotalSeconds:0.#} s");
            }
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

    /// <summary>The device of each slot: as many as <paramref name="slots"/>, shared out in turn; without it so many a GPU, or one a core.</summary>
    public static IReadOnlyList<string> ForSlots(IReadOnlyList<string> devices, int? slots, int slotsPerGpu, int cores)
    {
        IReadOnlyList<string> chosen = devices.Count > 0 ? devices : ["cpu"];
        var count = slots ?? (chosen is ["cpu"] ? cores : chosen.Count * slotsPerGpu);
        return [.. Enumerable.Range(0, count).Select(slot => chosen[slot % chosen.Count])];
    }

    /// <summary>Refuses more slots on a GPU than its memory, as measured now, has room for.</summary>
    /// <param name="slots">The device of each slot.</param>
    /// <exception cref="ValidationException">Each trial would have less than <see cref="LeastGpuMemory"/>.</exception>
    public static void RequireMemory(IEnumerable<string> slots, IReadOnlyList<DeviceUse> measured)
    {
        foreach (var device in slots.CountBy(name => name))
        {
            if (measured.FirstOrDefault(use => use.Name == device.Key) is not { MemoryTotalBytes: > 0 } use)
                continue;
            var room = (use.MemoryTotalBytes - use.MemoryUsedBytes) / LeastGpuMemory;
            if (device.Value > Math.Max(room, 1))
            {
                throw new ValidationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"slots-per-gpu: found {device.Value} slots on {use.Name}, which has {(use.MemoryTotalBytes - use.MemoryUsedBytes) / (double)(1 << 30):0.0} GiB free; a trainer takes 1 GiB before it trains anything. Write at most {Math.Max(room, 1)}."));
            }
        }
    }

    private static string FirstLine(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "it says nothing";
        return line.Length <= LongestLine ? line : line[..LongestLine] + "…";
    }

    private static long Mebibytes(string cell) => (long)Number(cell) << 20;

    private static double Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
