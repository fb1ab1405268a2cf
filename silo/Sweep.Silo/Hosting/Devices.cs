using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using Sweep.Grains;
using Sweep.Security;

namespace Sweep.Silo.Hosting;

/// <param name="Devices">Current use of each GPU; empty when there is no GPU, or when they cannot be measured.</param>
/// <param name="Complaint">Why the GPUs cannot be measured although there is an <c>nvidia-smi</c>; null without an error.</param>
public sealed record DeviceMeasurement(IReadOnlyList<DeviceUse> Devices, string? Complaint);

/// <summary>
/// The GPUs of this machine as <c>nvidia-smi</c> lists them. libtorch does not report the use of a device, and a silo never loads it.
/// </summary>
public static class Devices
{
    /// <summary>GPU memory, in bytes, of a CUDA context with libtorch's kernels and a small model.</summary>
    public const long LeastGpuMemory = 1L << 30;

    /// <summary>How long <c>nvidia-smi</c> may take. A driver that is not in use yet needs seconds to start.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int NoSuchFile = 2;
    private const int LongestLine = 200;

    private const string Query = "--query-gpu=index,memory.used,memory.total,utilization.gpu";

    /// <summary>Measures the GPUs with <c>nvidia-smi</c>, and kills it when it does not answer in time.</summary>
    /// <param name="program">Name or path of the program.</param>
    /// <param name="limit">How long the program may take. Default: 10 s.</param>
    public static async Task<DeviceMeasurement> MeasureAsync(
        string program = "nvidia-smi", TimeSpan? limit = null, CancellationToken cancellation = default)
    {
        // A machine without the program has no GPU of NVIDIA.
        if (SystemProgram.Find(program) is not { } path)
            return new([], null);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limit ?? Limit);
        Process process;
        try
        {
            process = Process.Start(
                new ProcessStartInfo(path, [Query, "--format=csv,noheader,nounits"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
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

    /// <summary>
    /// Parses lines of the form <c>index, MiB used, MiB in total, percent busy</c>. A number that the driver does not give (<c>[N/A]</c>)
    /// counts as 0.
    /// </summary>
    public static IReadOnlyList<DeviceUse> Parse(string csv) =>
    [
        .. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 4)
            .Select(cells => new DeviceUse($"cuda:{cells[0]}", Mebibytes(cells[1]), Mebibytes(cells[2]), Number(cells[3]) / 100)),
    ];

    /// <summary>
    /// Returns the device of each slot. The <paramref name="slots"/> go to the devices in turn. Without a number there are
    /// <paramref name="slotsPerGpu"/> slots a GPU, or one slot a core.
    /// </summary>
    public static IReadOnlyList<string> ForSlots(IReadOnlyList<string> devices, int? slots, int slotsPerGpu, int cores)
    {
        IReadOnlyList<string> chosen = devices.Count > 0 ? devices : ["cpu"];
        var count = slots ?? (chosen is ["cpu"] ? cores : chosen.Count * slotsPerGpu);
        return [.. Enumerable.Range(0, count).Select(slot => chosen[slot % chosen.Count])];
    }

    /// <summary>Refuses more slots on a GPU than fit its free memory.</summary>
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
                    $"slots-per-gpu: found {device.Value} slots on {use.Name}, " +
                    $"which has {(use.MemoryTotalBytes - use.MemoryUsedBytes) / (double)(1 << 30):0.0} GiB free; " +
                    $"a trainer takes 1 GiB before it trains anything. Write at most {Math.Max(room, 1)}."));
            }
        }
    }

    private static string FirstLine(string text)
    {
        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
            ?? "it says nothing";
        return line.Length <= LongestLine ? line : line[..LongestLine] + "…";
    }

    private static long Mebibytes(string cell) => (long)Number(cell) << 20;

    private static double Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
