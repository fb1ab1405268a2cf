using System.Security.Cryptography;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Worker;

/// <summary>
/// Stores what the training of one attempt gives: its log, its epochs, and its newest checkpoint once the epochs before that are stored.
/// When the store takes no more of the attempt, this asks the attempt to stop.
/// </summary>
internal sealed class AttemptResults : ITrainingListener
{
    private readonly AttemptId _attempt;
    private readonly ITrialGrain _grain;
    private readonly Objective _objective;
    private readonly AttemptProgress _progress;
    private readonly AttemptServices _services;
    private readonly Action<StopCause> _stop;
    private readonly CancellationToken _abandoned;
    private readonly Action<string> _log;
    private readonly CheckpointWriter _checkpoints;
    private volatile StorageRefusedException? _refusal;
    private Task _environment = Task.CompletedTask;
    private DateTimeOffset _epochsUntil;

    /// <param name="abandoned">Is cancelled when the results of the attempt are not needed any more.</param>
    public AttemptResults(
        AttemptId attempt,
        ITrialGrain grain,
        Objective objective,
        AttemptProgress progress,
        AttemptServices services,
        Action<StopCause> stop,
        CancellationToken abandoned)
    {
        (_attempt, _grain, _objective, _progress) = (attempt, grain, objective, progress);
        (_services, _stop, _abandoned) = (services, stop, abandoned);
        _log = services.Log.For(attempt.Trial, attempt.Attempt);
        _checkpoints = new(WaitUntilEpochsAreStoredAsync, StoreAsync, stale: IsBehind, Refuse);
    }

    /// <summary>Has the attempt judged at the ends of certain epochs; null when no rule judges it.</summary>
    public AttemptJudge? Judge { private get; set; }

    /// <summary>Why the database refuses an epoch or a checkpoint; null while it refuses none.</summary>
    public StorageRefusedException? Refusal => _refusal;

    /// <summary>The attempt whose checkpoint this one goes on from; null while it begins afresh.</summary>
    public int? WentOnFrom { private get; set; }

    public void Log(string line) => _log(line);

    /// <summary>Begins to store where the attempt trains. The training does not wait for it.</summary>
    public void Began(AttemptEnvironment environment) =>
        _environment = StoreAsync(new EnvironmentRow(_attempt.Trial, _attempt.Attempt, WentOnFrom, environment));

    public void Progressed(double? share) => _progress.Progressed(share);

    public async Task EpochFinishedAsync(EpochReport report)
    {
        _progress.EpochFinished(report.Epoch);
        var value = report.Value(_objective.Metric);
        var now = _services.Time.GetUtcNow();
        var began = now - TimeSpan.FromSeconds(report.Seconds);
        // Reports that waited arrive together, but no epoch begins before the one in front of it has ended.
        using (SweepActivities.Epoch(report.Epoch, began < _epochsUntil ? _epochsUntil : began))
            _services.Instruments.EpochFinished(report.Seconds);
        _epochsUntil = now;
        var score = _objective.Score(value);
        Judge?.Finished(score);
        _services.Metrics.Add(new(_attempt.Trial, _attempt.Attempt, report, value, score), Refuse);
        if (_services.Metrics.AreBehind(_attempt.Trial, _attempt.Attempt))
            _stop(StopCause.Behind);
        try
        {
            if (await _grain.Report(_attempt.Attempt, report.Epoch, value) == Verdict.Stop)
                _stop(StopCause.Stale);
        }
        catch (Exception error) when (Retry.IsTransient(error, _abandoned) || DatabaseFault.Find(error) is not null)
        {
            // A lost report does no harm: the next epoch is reported too, and only the lease decides whether the attempt goes on.
        }
    }

    public Task<bool> GoesOnAsync(int epoch) => Judge?.GoesOnAsync(epoch) ?? Task.FromResult(true);

    public void CheckpointWritten(int epoch, int step, byte[] data)
    {
        _progress.Progressed();
        _checkpoints.Add(new(_attempt.Attempt, epoch, step, Convert.ToHexStringLower(SHA256.HashData(data)), data));
    }

    /// <summary>Waits until all that was received so far is stored. The answer is false when the attempt is not the running one.</summary>
    /// <exception cref="StorageRefusedException">The database refuses some of it.</exception>
    public async Task<bool> WaitUntilStoredAsync()
    {
        await _checkpoints.WaitUntilStoredAsync();
        await _environment;
        return await WaitUntilEpochsAreStoredAsync();
    }

    public Task<bool> WaitUntilEpochsAreStoredAsync() =>
        _services.Metrics.WaitUntilStoredAsync(_attempt.Trial, _attempt.Attempt).WaitAsync(_abandoned);

    private async Task StoreAsync(EnvironmentRow row)
    {
        try
        {
            await Retry.UntilItSucceedsAsync(
                () => _services.Store.WriteEnvironmentAsync(row),
                _services.Time,
                _abandoned,
                error => _services.Alarm.Failed($"Where trial {_attempt.Trial} trains cannot be stored", error));
        }
        catch (StorageRefusedException error)
        {
            // The numbers of the attempt are whole without it.
            _services.Alarm.Failed($"Where trial {_attempt.Trial} trains is not stored", error);
        }
    }

    private async Task<bool> StoreAsync(StoredCheckpoint checkpoint)
    {
        // A checkpoint without the place where it was made would hide a change of the place from the report.
        await _environment;
        using var step = SweepActivities.Step("checkpoint");
        return await Retry.UntilItSucceedsAsync(
            () => _services.Store.WriteCheckpointAsync(_attempt.Trial, checkpoint),
            _services.Time,
            _abandoned,
            error => _services.Alarm.Failed($"A checkpoint of trial {_attempt.Trial} cannot be stored", error));
    }

    private void IsBehind()
    {
        _services.Instruments.WriteRefused();
        _stop(StopCause.Behind);
    }

    /// <summary>Stops the attempt, because what it measures from now on could not be stored either.</summary>
    private void Refuse(StorageRefusedException refusal)
    {
        _refusal ??= refusal;
        _stop(StopCause.Refused);
    }
}
