using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>
/// Judges the trials of one sweep by the rules that compare them with others. The rows decide: a trial is judged once what it is compared
/// with is there, and until then it waits.
/// </summary>
internal sealed class SweepJudge(StoredSweep sweep, SweepRules rules, IJudgementStore store, SweepInstruments instruments)
{
    /// <summary>How many trials are judged at the same time, which go into common statements.</summary>
    private const int AtOnce = 64;

    private readonly RungBook _rungs = new(sweep.Id, store);
    private readonly IStoppingRule _rule = rules.Compared!;
    private readonly bool _isByArrival = sweep.Spec.Search?.Order == SearchOrder.Arrival;

    public SweepRules Rules => rules;

    /// <summary>The judge of a sweep; null when no rule of its compares trials.</summary>
    public static SweepJudge? For(StoredSweep? sweep, IJudgementStore store, SweepInstruments instruments) =>
        sweep is not null && StoppingRules.For(sweep.Spec) is { Compared: not null } rules ? new(sweep, rules, store, instruments) : null;

    /// <summary>Of each trial up to a number, in their order, the scores at the rungs that it has reached.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> RungScoresAsync(int trials)
    {
        var epochs = new ReachableValues(sweep.Spec.Parameters).MostEpochs;
        var (scores, own) = (new List<double>[trials], new IReadOnlyList<int>[trials]);
        for (var index = 0; index < trials; index++)
            (scores[index], own[index]) = ([], rules.Halving!.Value.Rule.Rungs(index + 1, epochs));
        foreach (var epoch in own.SelectMany(rungs => rungs).Distinct().Order())
        {
            foreach (var entry in await _rungs.AtAsync(epoch, new(1, trials)))
            {
                if (entry.Best is { } best && own[entry.Number - 1].Contains(epoch))
                    scores[entry.Number - 1].Add(best);
            }
        }

        return scores;
    }

    /// <summary>Judges a trial at the end of an epoch, and stores the judgement unless it has to wait.</summary>
    /// <returns>The judgement as it is stored; null with the reason when it has to wait.</returns>
    public async Task<(StoredJudgement? Judgement, string Reason)> JudgeAsync(int number, int epoch)
    {
        var trial = new TrialId(sweep.Id, number);
        // Nothing depends on the order of these reads, so they do not wait for each other.
        var (finding, reading, comparing) = (
            store.FindAsync(trial, epoch), store.ScoresAsync(trial, epoch), OthersAsync(epoch, _rule.ComparedAt(number, epoch)));
        await Task.WhenAll(finding, reading, comparing);
        if (await finding is { } known)
            return (known, known.Reason);
        var scores = await reading;
        // A standby that took over may lack the last epochs, and then they are trained again.
        if (scores.Count < epoch)
            return (null, $"epoch {epoch}: not all of its epochs are stored");
        var judgement = _rule.Judge(number, scores, await comparing);
        if (judgement.Verdict == Domain.Stopping.Verdict.Wait)
            return (null, judgement.Reason);
        instruments.Judged(judgement.Verdict == Domain.Stopping.Verdict.Stop, judgement.Rule);
        var stored = await store.AddAsync(StoredJudgement.Of(trial, judgement, scores, sweep.Spec.Objective.Goal));
        return (stored, stored.Reason);
    }

    /// <summary>Judges the trials that wait, as far as they can be judged now.</summary>
    /// <returns>Those that wait for a slot now.</returns>
    public async Task<IReadOnlyList<HeldTrial>> ReleaseAsync()
    {
        var waiting = (await store.HeldAsync(sweep.Id)).ToList();
        var (released, missing) = (new List<HeldTrial>(), new Dictionary<int, List<int>>());
        var last = waiting.Select(held => _rule.ComparedAt(held.Trial.Number, held.Epoch).Last).DefaultIfEmpty(0).Max();
        foreach (var epoch in waiting.Select(held => held.Epoch).Distinct())
            missing[epoch] = await _rungs.MissingAsync(epoch, last);
        // A trial that is stopped here is over for those that wait at later epochs, so another round may find more.
        while (waiting.Where(IsReady).Take(AtOnce).ToList() is { Count: > 0 } ready)
        {
            waiting.RemoveAll(ready.Contains);
            foreach (var (held, judgement) in await Task.WhenAll(ready.Select(ReleaseAsync)))
            {
                if (judgement is { Stops: false })
                    released.Add(held);
                if (judgement is { Stops: true })
                {
                    foreach (var (_, numbers) in missing.Where(rung => rung.Key > held.Epoch))
                        numbers.Remove(held.Trial.Number);
                }
            }
        }

        return released;

        bool IsReady(HeldTrial held)
        {
            var (number, range) = (held.Trial.Number, _rule.ComparedAt(held.Trial.Number, held.Epoch));
            return !missing[held.Epoch].Any(other => other != number && other >= range.First && other <= range.Last);
        }
    }

    /// <summary>What a trial is compared with. By arrival, those that are not there are not waited for.</summary>
    private async Task<IReadOnlyList<RungEntry>> OthersAsync(int epoch, TrialRange range)
    {
        var entries = await _rungs.AtAsync(epoch, range);
        if (!_isByArrival)
            return entries;
        var there = entries.Where(entry => entry.Best is not null).ToDictionary(entry => entry.Number);
        return
        [
            .. Enumerable.Range(range.First, Math.Max(0, range.Last - range.First + 1))
                .Select(number => there.GetValueOrDefault(number) ?? new(number, null, IsOver: true)),
        ];
    }

    /// <returns>The judgement that the trial follows; null when it still waits, or does not wait there any more.</returns>
    private async Task<(HeldTrial Held, StoredJudgement? Judgement)> ReleaseAsync(HeldTrial held)
    {
        if (await JudgeAsync(held.Trial.Number, held.Epoch) is not ({ } judgement, _) || !await store.ReleaseAsync(held, judgement))
            return (held, null);
        if (judgement.Stops)
            instruments.TrialFinished(TrialState.Stopped);
        return (held, judgement);
    }
}
