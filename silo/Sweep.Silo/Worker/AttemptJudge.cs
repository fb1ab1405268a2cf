using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;

namespace Sweep.Silo.Worker;

/// <summary>
/// Has one attempt judged at the ends of the epochs that its assignment names. Rules that look at the trial alone judge here; for those
/// that compare it with others the sweep is asked. A trial stops only on a judgement that is stored.
/// </summary>
/// <param name="stored">Waits until the epochs so far are stored. The answer is false when the attempt is not the running one.</param>
/// <param name="stop">Asks the attempt to stop.</param>
/// <param name="stopping">Is cancelled when the attempt is asked to stop.</param>
internal sealed class AttemptJudge(
    TrialId trial,
    SweepRules rules,
    IReadOnlyList<int> judgedAt,
    Objective objective,
    AttemptServices services,
    Func<Task<bool>> stored,
    Action<StopCause> stop,
    CancellationToken stopping)
{
    private readonly List<double> _scores = [];

    /// <summary>The last epoch at whose end the attempt was judged.</summary>
    public int Epoch { get; private set; }

    /// <summary>The last judgement in words.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>
    /// Takes the epochs before the checkpoint from which the attempt goes on, and has it judged at their end if a rule judges there. The
    /// attempt before may have ended between the checkpoint and the judgement.
    /// </summary>
    /// <returns>False when the attempt was asked to stop.</returns>
    public async Task<bool> ResumeAsync(int epoch)
    {
        _scores.AddRange(await ReadAsync(() => services.Judgements.ScoresAsync(trial, epoch)));
        return !judgedAt.Contains(epoch) || await GoesOnAsync(epoch);
    }

    public void Finished(double score) => _scores.Add(score);

    /// <summary>Has the attempt judged at the end of its last epoch.</summary>
    /// <returns>False when the attempt was asked to stop, by a judgement or otherwise.</returns>
    public async Task<bool> GoesOnAsync(int epoch)
    {
        try
        {
            var cause = await JudgeAsync(epoch);
            if (cause != StopCause.None)
                stop(cause);
            return cause == StopCause.None;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<StopCause> JudgeAsync(int epoch)
    {
        Epoch = epoch;
        if (rules.Alone is { } alone && alone.Rungs(rules.Point(trial.Number), epoch + 1).Contains(epoch))
        {
            var judgement = alone.Judge(rules.Point(trial.Number), _scores, []);
            if (judgement.Verdict == RungVerdict.Stop)
            {
                if (!await stored().WaitAsync(stopping))
                    return StopCause.Behind;
                var row = StoredJudgement.Of(trial, judgement, _scores, objective.Goal);
                Reason = (await ReadAsync(() => services.Judgements.AddAsync(row))).Reason;
                services.Instruments.Judged(stops: true, judgement.Rule);
                return StopCause.Judged;
            }
        }

        if (!rules.IsComparedAt(trial.Number, epoch))
            return StopCause.None;
        if (!await stored().WaitAsync(stopping))
            return StopCause.Behind;
        var sweep = services.Grains.GetGrain<ISweepProgress>(trial.Sweep);
        var answer = await ReadAsync(() => sweep.Judge(trial.Number, epoch));
        Reason = answer.Reason;
        return answer.Verdict switch
        {
            RungVerdict.Stop => StopCause.Judged,
            RungVerdict.Wait => StopCause.Held,
            _ => StopCause.None,
        };
    }

    private Task<T> ReadAsync<T>(Func<Task<T>> call) => Retry.UntilItSucceedsAsync(
        call, services.Time, stopping, error => services.Alarm.Failed($"Trial {trial} cannot be judged", error));
}
