using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>What comes after the training: all that it gave is stored, and the trial receives how the attempt ended.</summary>
internal sealed partial class AttemptRun
{
    /// <summary>The most characters of a failure's message that are kept.</summary>
    private const int MaxMessage = 4_000;

    /// <summary>Reports the outcome. An outcome that cannot be reported becomes a failure, and that is reported instead.</summary>
    private async Task ReportAsync(TrainerOutcome outcome)
    {
        try
        {
            await ReportOutcomeAsync(outcome);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            var failed = Failed(error);
            await FailAsync(failed.Reason, failed.Message);
        }
    }

    private async Task ReportOutcomeAsync(TrainerOutcome outcome)
    {
        switch (outcome)
        {
            case TrainerOutcome.Succeeded(var result):
                slot.Health.Passed();
                if (await WaitUntilStoredAsync())
                    await ReportEndAsync("succeeded", () => _grain.Complete(Attempt, JsonSerializer.Serialize(result)));
                else
                    await GiveBackAsync();
                break;
            case TrainerOutcome.ProgramEnded(var epochs, var result):
                slot.Health.Passed();
                if (await WaitUntilStoredAsync())
                    await ReportEndAsync("succeeded", () => _grain.CompleteProgram(Attempt, epochs, JsonSerializer.Serialize(result)));
                else
                    await GiveBackAsync();
                break;
            case TrainerOutcome.Stopped:
                await ReportStopAsync();
                break;
            case TrainerOutcome.Failed(var reason, var message):
                await WaitUntilStoredOrRefusedAsync();
                await FailAsync(reason, message);
                break;
            case TrainerOutcome.Died(var how):
                await WaitUntilStoredOrRefusedAsync();
                await FailAsync(FailureReason.TrainerDied, how);
                break;
            case TrainerOutcome.Stalled(var message):
                await WaitUntilStoredOrRefusedAsync();
                await FailAsync(FailureReason.Stalled, message);
                break;
            default:
                throw new InvalidOperationException($"A training cannot end with {outcome}.");
        }
    }

    private async Task ReportStopAsync()
    {
        switch (_cause)
        {
            case StopCause.Cancel:
                await WaitUntilStoredOrRefusedAsync();
                await ReportEndAsync("cancelled", () => _grain.Cancelled(Attempt));
                break;
            case StopCause.Judged when await WaitUntilStoredAsync():
                await ReportEndAsync("stopped", () => _grain.Stopped(Attempt, _judge!.Epoch, _judge.Reason));
                break;
            case StopCause.Held when await WaitUntilStoredAsync():
                await ReportEndAsync("held", () => _grain.Hold(Attempt, _judge!.Epoch));
                break;
            case StopCause.Refused:
                await FailAsync(FailureReason.StorageRefused, _results!.Refusal!.Message);
                break;
            default:
                await WaitUntilStoredAsync();
                await GiveBackAsync();
                break;
        }
    }

    private Task GiveBackAsync() => ReportEndAsync("given back", () => _grain.GiveBack(Attempt));

    /// <summary>Reports a failure. Where the worker may be at fault, the slot's self-test decides first whether it is.</summary>
    private async Task FailAsync(FailureReason reason, string message)
    {
        if (reason.CastsDoubt() && await SelfTest.RunAsync(slot, _abandoned.Token) is { } complaint)
        {
            message = $"{message}; and the worker's self-test failed: {complaint}";
            // The memory that is missing on a GPU may be a neighbor's. The trial then needs the device alone, which only this reason gives.
            if (!(slot.IsOnGpu && reason == FailureReason.OutOfMemory))
                reason = FailureReason.WorkerUnfit;
        }

        if (message.Length > MaxMessage)
            message = message[..MaxMessage];
        _trace?.SetStatus(ActivityStatusCode.Error, message);
        try
        {
            await ReportEndAsync("failed", () => _grain.Fail(Attempt, reason, message));
        }
        catch (StorageRefusedException) when (!Ascii.IsValid(message))
        {
            // Not every encoding of a database holds every character, but each holds the ASCII ones.
            var plain = string.Concat(message.Select(character => char.IsAscii(character) ? character : '?'));
            await ReportEndAsync("failed", () => _grain.Fail(Attempt, reason, plain));
        }
    }

    private async Task ReportEndAsync(string outcome, Func<Task<Verdict>> call)
    {
        _trace?.SetTag(Outcome, outcome);
        using var step = SweepActivities.Step("done");
        await CallTrialAsync("be ended", call);
    }

    /// <summary>Waits until everything so far is stored. The answer is false when the attempt is not the running one.</summary>
    /// <exception cref="StorageRefusedException">The database refuses some of it.</exception>
    private Task<bool> WaitUntilStoredAsync() => _results?.WaitUntilStoredAsync() ?? Task.FromResult(true);

    /// <summary>Waits until everything so far is stored or refused. A refusal does not change the reason of the end.</summary>
    private async Task WaitUntilStoredOrRefusedAsync()
    {
        try
        {
            await WaitUntilStoredAsync();
        }
        catch (StorageRefusedException)
        {
            // The reason that is already known explains more than the refusal does.
        }
    }
}
