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

    private const string Query = "--query-gpu=index,uuid,memory.used,memory.total,utilization.gpu";

    /// <summary>The variable by which CUDA shows a program only some GPUs, and in another order.</summary>
    private const string Visible = "CUDA_VISIBLE_DEVICES";

    /// <summary>Measures the GPUs with <c>nvidia-smi</c>, and kills it when it does not answer in time.</summary>
    /// <param name="program">Name or path of the program.</param>
    /// <param name="limit">How long the program may take. Default: 10 s.</param>
    /// <param name="visible">The GPUs that CUDA may use. Default: the variable CUDA_VISIBLE_DEVICES.</param>
    public static async Task<DeviceMeasurement> MeasureAsync(
        string program = "nvidia-smi", TimeSpan? limit = null, string? visible = null, CancellationToken cancellation = default)
    {
        visible ??= Environment.GetEnvironmentVariable(Visible);
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
                    : Parse(output) is not { Count: > 0 } ? new([], $"nvidia-smi lists no GPU: {FirstLine(output + await errors)}")
                    : Parse(output, visible) is { Count: > 0 } devices ? new(devices, null)
                    : new([], visible is "" or "-1" ? null : $"{Visible} is {visible}, and nvidia-smi lists no such GPU.");
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
    /// Parses lines of the form <c>index, UUID, MiB used, MiB in total, percent busy</c>. A number that the driver does not give
    /// (<c>[N/A]</c>) counts as 0.
    /// </summary>
    /// <param name="visible">
    /// Indices or the beginnings of UUIDs, separated by commas: the GPUs that CUDA shows, in the order in which it counts them. As CUDA
    /// does, the list ends at the first that is not there. Null shows all.
    /// </param>
    public static IReadOnlyList<DeviceUse> Parse(string csv, string? visible = null)
    {
        var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 5)
            .ToList();
        var shown = visible?.Split(',', StringSplitOptions.TrimEntries)
            .Select(Row)
            .TakeWhile(cells => cells is not null)
            .Select(cells => cells!)
            .ToList();
        // CUDA shows nothing if a device is named twice.
        if (shown is not null && shown.Distinct().Count() < shown.Count)
            shown = [];
        return
        [
            .. (shown ?? rows).Index().Select(row => new DeviceUse(
                $"cuda:{row.Index}", Mebibytes(row.Item[2]), Mebibytes(row.Item[3]), Number(row.Item[4]) / 100)),
        ];

        // A part of a GPU (MIG) has no line of its own, so that its use is not known.
        string[]? Row(string name) => name.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase)
            ? ["", name, "0", "0", "0"]
            : rows.FirstOrDefault(cells => cells[0] == name || (name.Length > 0 && IsUuid(cells[1], name)));

        static bool IsUuid(string uuid, string beginning) => uuid.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);
    }

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

    /// <summary>Refuses a GPU that is not there, and more slots on a GPU than fit its free memory.</summary>
    /// <param name="slots">The device of each slot.</param>
    /// <param name="measured">The GPUs of this machine; empty where they cannot be measured, and then nothing is refused.</param>
    /// <exception cref="ValidationException">
    /// A device is not there, or each trial would have less than <see cref="LeastGpuMemory"/>.
    /// </exception>
    public static void Require(IEnumerable<string> slots, IReadOnlyList<DeviceUse> measured)
    {
        foreach (var device in slots.CountBy(name => name))
        {
            if (measured.Count == 0 || device.Key == "cpu")
                continue;
            var use = measured.FirstOrDefault(use => use.Name == device.Key) ?? throw new ValidationException(
                $"devices: found {device.Key}; this machine shows {string.Join(", ", measured.Select(each => each.Name))}.");
            // The memory of a part of a GPU is not known.
            if (use.MemoryTotalBytes == 0)
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
