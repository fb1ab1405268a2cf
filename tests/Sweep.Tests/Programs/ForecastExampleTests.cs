using System.Diagnostics;
using System.Globalization;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>The example in C#, which the build of these tests builds.</summary>
public sealed class ForecastExampleTests
{
    private const string Best = "the best val_rmse is ", LastYear = "before would be wrong by ";

    private static readonly string File = RepositoryFolder.Join("examples", "forecast", "sweep.yaml");

    [Theory]
    [InlineData("2")]
    [InlineData("6")]
    public async Task An_LSTM_and_a_GRU_forecast_better_than_the_year_before(string number)
    {
        var (code, output, error) = await Samples.RunAsync("try", File, "--trial", number);
        Assert.True((code, error) == (0, ""), output + error);
        Assert.Contains("Succeeded: 10 epochs in ", output, StringComparison.Ordinal);
        Assert.Contains("; 10 checkpoints, the last of ", output, StringComparison.Ordinal);
        Assert.InRange(NumberAfter(Best, output), 0, NumberAfter(LastYear, output));
    }

    [Fact]
    public Task A_trial_that_is_stopped_goes_on_to_the_same_numbers_bit_for_bit() => ResumeProof.HoldsAsync(File, stopAt: 4);

    [Fact]
    public async Task Where_libtorch_sees_no_such_device_the_CPU_computes_and_the_log_says_so()
    {
        var program = RepositoryFolder.Join("examples", "forecast", "built", "Forecast.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("LIBTORCH");
        start.Environment["SWEEP_DEVICE"] = "cuda:0";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await error);
        Assert.Matches(@"^The libtorch in \S+ sees no cuda:0, so the CPU computes\.\n", output);
        Assert.Contains("\nepoch 10  ", output, StringComparison.Ordinal);
    }

    private static double NumberAfter(string words, string output)
    {
        var at = output.IndexOf(words, StringComparison.Ordinal);
        Assert.True(at >= 0, output);
        return double.Parse(output[(at + words.Length)..].Split(' ', 2)[0], CultureInfo.InvariantCulture);
    }
}
