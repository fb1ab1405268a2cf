using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Programs;

/// <summary>What the real runner makes of what programs print.</summary>
public sealed class RunnerPrintTests : IAsyncDisposable
{
    private readonly RunnerConversation _runner = new();

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Theory]
    // All that the patterns look for is in each state of the bar, of which the last one counts.
    [InlineData(@" loss: (?<loss>\S+)")]
    [InlineData(@" loss: (?<loss>\S+)", @"val_loss: (?<val_loss>\S+)")]
    public async Task A_progress_bar_that_is_redrawn_ends_with_the_numbers_of_its_epoch_and_only_its_end_is_logged(params string[] patterns)
    {
        // More than 64 KiB a bar.
        var (last, epochs, _) = await _runner.RunAsync(
            """
            for e in 1 2; do
              printf 'Epoch %d/2\r\n' $e
              i=0
              while [ $i -lt 1500 ]; do
                i=$((i + 1)); printf '\r%04d/1500 [==============================] - loss: %d' $i $((i + e))
              done
              printf ' - val_loss: 0.%d\n' $e
            done
            """,
            run => run with
            {
                Objective = run.Objective with { Metric = new("loss") },
                Program = run.Program with { Capture = [@"Epoch (?<epoch>\d+)/\d+", .. patterns] },
            });
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([(1, 1501.0), (2, 1502.0)], epochs);
        await _runner.LoggedAsync("1500/1500 [==============================] - loss: 1502 - val_loss: 0.2");
        Assert.Contains("Epoch 1/2", _runner.Log);
        Assert.DoesNotContain(_runner.Log, line => line.StartsWith("0750/1500", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_without_the_number_of_an_epoch_shift_nothing_and_the_log_says_so()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            """
            echo 'Initial val_loss: 2.30'
            for e in 1 2 3; do echo "Epoch $e/3"; echo "  val_loss: 0.$e"; done
            echo 'Best val_loss: 0.1'
            """,
            run => run with { Program = run.Program with { Capture = [@"Epoch (?<epoch>\d+)/", @"val_loss[=: ]+(?<val_loss>\S+)"] } });
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([(1, 0.1), (2, 0.2), (3, 0.3)], epochs);
        await _runner.LoggedAsync(
            "left out: val_loss was found before the number of its epoch, or again after the report was complete");
    }

    [Theory]
    [InlineData(@"'val_loss': (?<val_loss>[^,]+), 'epoch': (?<epoch>[0-9.]+)", "echo \"{'val_loss': 1, 'epoch': 0.5}\"")]
    [InlineData(null, "echo '{\"val_loss\": 1, \"epoch\": 0.5}'")]
    public async Task A_fraction_of_an_epoch_fails_the_trial_with_the_advice_to_count(string? pattern, string script)
    {
        var (last, _, _) = await _runner.RunAsync(
            $"{script}; sleep 600", run => run with { Program = run.Program with { Capture = pattern is null ? null : [pattern] } });
        Assert.True(last is TrainerEvent.Failed { Reason: FailureReason.ProgramFailed } failed
            && failed.Message.EndsWith("leave the number out, so that its reports are counted", StringComparison.Ordinal), $"{last}");
    }

    [Theory]
    [InlineData("echo 'val_mse 1 train_mse 2'", "it reported train_mse, val_mse; the objective is val_loss")]
    [InlineData(
        "echo 'val_loss 1' >&2", "reported nothing; it has to report val_loss, and of what it prints standard output alone is read")]
    public async Task A_trial_that_never_reports_the_objective_says_what_it_reported_and_is_not_tried_again(string script, string expected)
    {
        var (last, _, _) = await _runner.RunAsync(script, run => run with
        {
            Program = run.Program with { Capture = [@"val_mse (?<val_mse>\S+) train_mse (?<train_mse>\S+)"] },
        });
        Assert.True(last is TrainerEvent.Failed failed && failed.Message.Contains(expected, StringComparison.Ordinal)
            && !failed.Reason.IsWorthRetrying(), $"{last}");
    }
}
