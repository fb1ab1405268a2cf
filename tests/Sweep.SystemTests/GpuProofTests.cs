using System.Diagnostics;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>The script that proves the trainer on a GPU, rehearsed on the CPU.</summary>
public sealed class GpuProofTests
{
    [Fact]
    public async Task The_proof_for_GPUs_passes_on_the_CPU()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "the script needs python3");
        using var check = Process.Start(
            new ProcessStartInfo(Path.Combine(BuiltPrograms.Repository, "tests", "gpu", "check"), ["crossing,bits,memory"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var errors = check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(check.ExitCode == 0, output + await errors);
        Assert.Contains("bits gru, 2 layers, dropout 0.3: resumed in a new process", output, StringComparison.Ordinal);
    }
}
