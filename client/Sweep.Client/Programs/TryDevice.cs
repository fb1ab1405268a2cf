using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Sweep.Client.Errors;
using Sweep.Security;

namespace Sweep.Client.Programs;

/// <summary>The device of a trial that is tried without a silo.</summary>
internal static partial class TryDevice
{
    private const string Cpu = "cpu";

    /// <exception cref="WrongInputException">It is neither the CPU nor a GPU.</exception>
    public static string Of(string given) => Device.IsMatch(given)
        ? given
        : throw new WrongInputException($"--device: found {given}; expected cpu, or a GPU such as cuda:0.");

    /// <summary>The first GPU that CUDA shows; the CPU where there is none, or where the driver does not answer in time.</summary>
    /// <param name="program">Name or path of nvidia-smi.</param>
    /// <param name="visible">The GPUs that CUDA may use. Default: the variable CUDA_VISIBLE_DEVICES.</param>
    /// <param name="limit">How long the driver may take. Default: 10 s.</param>
    public static async Task<string> FirstAsync(
        CancellationToken cancellation, string program = "nvidia-smi", string? visible = null, TimeSpan? limit = null)
    {
        if ((visible ?? Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")) is "" or "-1"
            || SystemProgram.Find(program) is not { } path)
        {
            return Cpu;
        }

        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limit ?? TimeSpan.FromSeconds(10));
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(path, ["--list-gpus"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                _ = process.StandardError.ReadToEndAsync(time.Token);
                var list = await process.StandardOutput.ReadToEndAsync(time.Token);
                await process.WaitForExitAsync(time.Token);
                return process.ExitCode == 0 && list.StartsWith("GPU ", StringComparison.Ordinal) ? "cuda:0" : Cpu;
            }
            finally
            {
                process.Kill();
            }
        }
        catch (Exception error) when (
            error is Win32Exception || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return Cpu;
        }
    }

    [GeneratedRegex(@"^(cpu|cuda:\d{1,3})\z")]
    private static partial Regex Device { get; }
}
