using System.Diagnostics;
using System.Globalization;
using Sweep.Processes;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Client;

/// <summary>Runs the real program in pipes, most of whose readers end after one line.</summary>
public sealed class ClosedPipeTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("logs {0}/1 --follow")]
    [InlineData("watch {0}")]
    [InlineData("sql \"select repeat('to be ', 20) from generate_series(1, 2000)\"")]
    [InlineData("sql \"select repeat('to be ', 20) from generate_series(1, 2000)\" -o csv")]
    public async Task The_program_ends_at_once_and_silently_even_when_it_has_nothing_to_write(string line)
    {
        // The trial runs and logs nothing after its first line.
        var trial = await database.AddRunningTrialAsync();
        await database.RunAsync(
            $"insert into trial_logs (trial_id, attempt, line, at, text) values ({trial.Value}, 1, 1, clock_timestamp(), 'to be')");
        var (codes, output, error) = await PipeAsync(
            string.Format(CultureInfo.InvariantCulture, line, $"sweep-{trial.Sweep}") + " | head -n 1");
        Assert.Equal(("141 0", ""), (codes, error));
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_reader_that_reads_everything_gets_everything_and_exit_code_0() =>
        Assert.Equal(("0 0", " a \n é \n", ""), await PipeAsync("sql \"select ' é' as \\\" a \\\"\" | cat"));

    [Fact]
    public async Task A_full_device_is_reported_in_one_line()
    {
        var (codes, _, error) = await PipeAsync("sql \"select 1\" > /dev/full");
        Assert.Equal(("2", "sweep: The output cannot be written: No space left on device.\n"), (codes, error));
    }

    private async Task<(string Codes, string Output, string Error)> PipeAsync(string rest)
    {
        var script = $"dotnet '{BuiltPrograms.Client}' {rest}; codes=\"${{PIPESTATUS[*]}}\"; echo \"$codes\" >&3";
        var codes = Path.GetTempFileName();
        var start = new ProcessStartInfo("bash", ["-c", $"exec 3>'{codes}'; {script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SWEEP_POSTGRES"] = database.Source.ConnectionString;
        using var shell = Process.Start(start)!;
        var (output, error) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            Assert.Fail($"{rest} had not ended after {Patience.TotalSeconds} s");
        }

        var found = (await File.ReadAllTextAsync(codes, TestContext.Current.CancellationToken)).TrimEnd();
        File.Delete(codes);
        return (found, await output, await error);
    }
}
