using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>
/// Judges the trials of one sweep by the rules that compare them with others. The rows decide: a trial is judged once what it is compared
/// with is there, and until then it waits. Trials that ask at the same time are judged together, from common reads and with one write.
/// </summary>
internal sealed class SweepJudge(StoredSweep sweep, SweepRules rules, IJudgementStore store, SweepInstruments instruments)
{
    /// <summary>
    /// How often a trial that has to wait is looked at before it is told so, and the time to the second look, which doubles with each look.
    /// Where epochs are short, the others are there by then, and a checkpoint, another assignment and another start are saved.
    /// </summary>
    private const int Looks = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    private readonly RungBook _rungs = new(sweep.Id, rules, store);
    private readonly IStoppingRule _rule = rules.Compared!;
    private readonly bool _isByArrival = sweep.Spec.Search?.Order == SearchOrder.Arrival;
    private readonly List<Question> _asked = [];
    private bool _isAnswering;
    private Task _deciding = Task.CompletedTask;

    public SweepRules Rules => rules;

    /// <summary>The judge of a sweep; null when no rule of its compares trials.</summary>
    public static SweepJudge? For(StoredSweep? sweep, IJudgementStore store, SweepInstruments instruments) =>
        sweep is not null && StoppingRules.For(sweep.Spec) is { Compared: not null } rules ? new(sweep, rules, store, instruments) : null;

    /// <summary>A trial at the end of an epoch.</summary>
    private readonly record struct Stand(int Number, int Epoch);

    /// <param name="Judgement">As it is stored; null when the trial has to wait, or the database refuses it.</param>
    /// <param name="Refusal">The database's error that concerns this judgement alone.</param>
    private readonly record struct Answer(StoredJudgement? Judgement, string Reason, Exception? Refusal = null);

    private sealed record Question(Stand Stand)
    {
        public TaskCompletionSource<Answer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks { get; set; }
    }

    /// <summary>Of each trial up to a number, in their order, the scores at the rungs that it has reached.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> RungScoresAsync(int trials)
    {
        if (trials == 0)
            return [];
        var epochs = new ReachableValues(sweep.Spec.Parameters).MostEpochs;
        var (scores, own) = (new List<double>[trials], new IReadOnlyList<int>[trials]);
        for (var index = 0; index < trials; index++)
            (scores[index], own[index]) = ([], rules.Halving!.Value.Rule.Rungs(rules.Point(index + 1), epochs));
        foreach (var epoch in own.SelectMany(rungs => rungs).Distinct().Order())
        {
            var (all, _) = await _rungs.AtAsync(epoch, new(1, rules.Point(trials)));
            for (var index = 0; index < trials; index++)
            {
                if (own[index].Contains(epoch) && all.Find(index + 1)?.Best is { } best)
                    scores[index].Add(best);
            }
        }

        return scores;
    }

    /// <summary>
    /// Judges a trial at the end of an epoch, and stores the judgement unless it has to wait. Throws the database's error, also when that
    /// concerns this trial alone.
    /// </summary>
    /// <returns>The judgement as it is stored; null with the reason when it has to wait.</returns>
    public async Task<(StoredJudgement? Judgement, string Reason)> JudgeAsync(int number, int epoch)
    {
        var question = new Question(new(number, epoch));
        Ask([question]);
        var answer = await question.Answer.Task;
        return (answer.Judgement, answer.Reason);
    }

    /// <summary>
    /// Judges the trials that wait, as far as they can be judged now. One whose judgement the database refuses waits for a slot: it asks
    /// for its judgement again there, and fails by its own as others do whose rows are refused. One whose release is refused goes on
    /// waiting.
    /// </summary>
    /// <param name="refused">Is called with each refusal.</param>
    /// <returns>Those that wait for a slot now.</returns>
    public async Task<IReadOnlyList<HeldTrial>> ReleaseAsync(Action<TrialId, Exception> refused)
    {
        var waiting = (await store.HeldAsync(sweep.Id)).ToDictionary(held => new Stand(held.Trial.Number, held.Epoch));
        var released = new List<HeldTrial>();
        // A trial that is stopped here is over for those that wait at later epochs, so another round may find more.
        for (var mayFindMore = true; mayFindMore && waiting.Count > 0;)
        {
            var answers = await DecideAsync([.. waiting.Keys]);
            HeldRelease[] decided = [.. waiting.Select(held => Release(held.Value, answers[held.Key])).OfType<HeldRelease>()];
            if (decided.Length == 0)
                break;
            foreach (var (held, answer) in waiting.Select(held => (held.Value, answers[held.Key])))
            {
                if (answer.Refusal is { } refusal)
                    refused(held.Trial, refusal);
            }

            var written = await store.ReleaseAsync(decided);
            foreach (var (trial, refusal) in written.Refused)
                refused(trial, refusal);
            foreach (var (held, judgement, _) in decided)
            {
                waiting.Remove(new(held.Trial.Number, held.Epoch));
                if (!written.Stored.Contains(held.Trial))
                    continue;
                if (judgement is { Stops: true })
                    instruments.TrialFinished(TrialState.Stopped);
                else
                    released.Add(held);
            }

            mayFindMore = decided.Any(item => item.Judgement is { Stops: true });
        }

        return released;
    }

    /// <summary>How a trial goes on that waits to be judged; null when it goes on waiting.</summary>
    private static HeldRelease? Release(HeldTrial held, Answer answer) => answer switch
    {
        { Judgement: { } judgement } => new(held, judgement, judgement.Reason),
        { Refusal: { } refusal } => new(held, null, refusal.Message),
        _ => null,
    };

    private void Ask(IEnumerable<Question> questions)
    {
        _asked.AddRange(questions);
        if (!_isAnswering)
            _ = AnswerAsync();
    }

    private async Task AnswerAsync()
    {
        _isAnswering = true;
        while (_asked.Count > 0)
        {
            Question[] round = [.. _asked];
            _asked.Clear();
            try
            {
                var answers = await DecideAsync([.. round.Select(question => question.Stand).Distinct()]);
                var waiting = new List<Question>();
                foreach (var question in round)
                {
                    var answer = answers[question.Stand];
                    if (answer.Refusal is { } refusal)
                        question.Answer.TrySetException(refusal);
                    else if (answer.Judgement is null && ++question.Looks < Looks)
                        waiting.Add(question);
                    else
                        question.Answer.TrySetResult(answer);
                }

                foreach (var looks in waiting.GroupBy(question => question.Looks))
                    _ = AskAgainAsync([.. looks], FirstPause * (1 << (looks.Key - 1)));
            }
            catch (Exception error)
            {
                // Those who asked ask again.
                foreach (var question in round)
                    question.Answer.TrySetException(error);
            }
        }

        _isAnswering = false;
    }

    private async Task AskAgainAsync(IReadOnlyList<Question> questions, TimeSpan pause)
    {
        await Task.Delay(pause);
        Ask(questions);
    }

    /// <summary>
    /// Judges trials as far as they can be judged now, and stores the judgements. It does so for one call after the other: by arrival, two
    /// at one time could judge two replicates of a point differently.
    /// </summary>
    private async Task<IReadOnlyDictionary<Stand, Answer>> DecideAsync(IReadOnlyList<Stand> stands)
    {
        var (before, decided) = (_deciding, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _deciding = decided.Task;
        await before;
        try
        {
            return await DecideAloneAsync(stands);
        }
        finally
        {
            decided.SetResult();
        }
    }

    private async Task<IReadOnlyDictionary<Stand, Answer>> DecideAloneAsync(IReadOnlyList<Stand> stands)
    {
        var answers = new Dictionary<Stand, Answer>();
        var byPoint = stands.GroupBy(stand => (Point: rules.Point(stand.Number), stand.Epoch))
            .OrderBy(group => group.Key.Epoch).ThenBy(group => group.Key.Point).ToList();
        // All replicates of a point follow the first judgement that any of them got at an epoch.
        var finding = store.FindAsync([.. byPoint.SelectMany(group => Replicates(group.Key.Point)
            .Select(number => (new TrialId(sweep.Id, number), group.Key.Epoch)))]);
        var reading = byPoint.GroupBy(group => group.Key.Epoch).ToDictionary(
            epoch => epoch.Key, epoch => _rungs.AtAsync(epoch.Key, Range(epoch.Select(group => group.Key))));
        await Task.WhenAll([finding, .. reading.Values]);
        var known = (await finding).Where(SweepRules.IsOfPoint)
            .ToLookup(judgement => (rules.Point(judgement.Trial.Number), judgement.Epoch));

        var made = new List<StoredJudgement>();
        foreach (var group in byPoint)
        {
            var (point, epoch) = group.Key;
            var first = known[group.Key].FirstOrDefault();
            var waits = "";
            if (first is null)
            {
                var (trials, points) = await reading[epoch];
                (first, waits) = Judge(point, epoch, trials, points);
            }

            // Those that have not asked get no row, which might come before the one of a rule that looks at the trial alone.
            foreach (var stand in group)
            {
                var own = first is null ? null : first with { Trial = new(sweep.Id, stand.Number) };
                answers[stand] = new(own, own?.Reason ?? waits);
                if (own is not null && known[group.Key].All(judgement => judgement.Trial != own.Trial))
                    made.Add(own);
            }
        }

        if (made.Count > 0)
        {
            var written = await store.AddAllAsync(made);
            foreach (var judgement in made)
            {
                if (written.Refused.GetValueOrDefault(judgement.Trial) is { } refusal)
                    answers[new(judgement.Trial.Number, judgement.Epoch)] = new(null, "", refusal);
            }

            foreach (var stored in written.Stored)
            {
                answers[new(stored.Trial.Number, stored.Epoch)] = new(stored, stored.Reason);
                instruments.Judged(stored.Stops, stored.Rule);
            }
        }

        return answers;
    }

    /// <summary>Judges a point at the end of an epoch.</summary>
    /// <returns>The judgement of its first trial; null with the reason when it has to wait.</returns>
    private (StoredJudgement? Judgement, string Reason) Judge(int point, int epoch, RungStandings trials, RungStandings points)
    {
        if (points.Find(point)?.Best is not { } best)
        {
            // A standby that took over may lack the last epochs, and then they are trained again.
            var missing = Replicates(point).FirstOrDefault(number => trials.Find(number) is not ({ Best: not null } or { IsOver: true }));
            return (null, $"epoch {epoch}: waits until all epochs of trial {missing} are there too");
        }

        // By arrival, those that are not there are not waited for.
        var range = _rule.ComparedAt(point, epoch);
        while (_isByArrival && points.Missing(range, point) is { } absent)
            points.Add(new(absent, null, IsOver: true));
        double[] scores = [.. Enumerable.Repeat(best, epoch)];
        var judgement = _rule.Judge(point, scores, points);
        return judgement.Verdict == RungVerdict.Wait
            ? (null, judgement.Reason)
            : (StoredJudgement.Of(new(sweep.Id, Replicates(point)[0]), judgement, scores, sweep.Spec.Objective.Goal), judgement.Reason);
    }

    /// <summary>The numbers of a point's trials.</summary>
    private IReadOnlyList<int> Replicates(int point)
    {
        var (first, last) = rules.Trials(new(point, point));
        return [.. Enumerable.Range(first, last - first + 1)];
    }

    /// <summary>The points that some are compared with, and these themselves.</summary>
    private TrialRange Range(IEnumerable<(int Point, int Epoch)> some)
    {
        var ranges = some.Select(item => rules.ComparedAt(item.Point, item.Epoch)).ToList();
        return new(ranges.Min(range => range.First), ranges.Max(range => range.Last));
    }
}
