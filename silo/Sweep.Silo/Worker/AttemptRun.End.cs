using System.Diagnostics;
using System.Text;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;

namespace Sweep.Silo.Worker;

/// <summary>What comes after the training: all is stored, and the trial hears how it ended.</summary>
internal sealed partial class AttemptRun
{
    /// <summary>Characters of a failure that are kept.</summary>
    private const int MaxMessage = 4_000;

    /// <summary>Waits until everything so far is stored; false when the attempt is not the running one.</summary>
    /// <exception cref="StorageRefusedException">The database refuses some of it.</exception>
    private async Task<bool> IsStoredAsync()
    {
        await _checkpoints!.StoredAsync();
        return await StoredAsync();
    }

    /// <summary>Waits until everything so far is stored or refused: what the attempt ends by is known already.</summary>
    private async Task SettledAsync()
    {
        try
        {
            await IsStoredAsync();
        }
        catch (StorageRefusedException)
        {
            // The end that is known says more.
        }
    }

    private Task<bool> StoredAsync() => services.Metrics.StoredAsync(trial, Attempt).WaitAsync(_abandoned.Token);

    /// <summary>Reports the end of an attempt that was asked to stop.</summary>
    private async Task StoppedAsync()
    {
        switch (_stop.Task.Result)
        {
            case StopCause.Cancel:
                await SettledAsync();
                await DoneAsync("cancelled", () => _grain.Cancelled(Attempt));
                break;
            case StopCause.Refused:
                await FailAsync(FailureReason.StorageRefused, _refusal!.Message);
                break;
            default:
                await IsStoredAsync();
                await GiveBackAsync();
                break;
        }
    }

    private Task GiveBackAsync() => DoneAsync("given back", () => _grain.GiveBack(Attempt));

    /// <summary>Reports a failure, after the slot has shown whose it is.</summary>
    private async Task FailAsync(FailureReason reason, string message)
    {
        if (reason.CastsDoubt() && await SelfTest.RunAsync(slot, _abandoned.Token) is { } complaint)
            (reason, message) = (FailureReason.WorkerUnfit, $"{message}; and the worker's self-test failed: {complaint}");
        if (message.Length > MaxMessage)
            message = message[..MaxMessage];
        _trace?.SetStatus(ActivityStatusCode.Error, message);
        try
        {
            await DoneAsync("failed", () => _grain.Fail(Attempt, reason, message));
        }
        catch (StorageRefusedException) when (!Ascii.IsValid(message))
        {
            // Not every encoding of a database holds every word; these it does.
            var plain = string.Concat(message.Select(character => char.IsAscii(character) ? character : '?'));
            await DoneAsync("failed", () => _grain.Fail(Attempt, reason, plain));
        }
    }

    /// <summary>Reports how the attempt ended.</summary>
    private async Task DoneAsync(string outcome, Func<Task<Verdict>> say)
    {
        _trace?.SetTag(Outcome, outcome);
        using var step = SweepActivities.Step("done");
        await SayAsync("be ended", say);
    }
}
