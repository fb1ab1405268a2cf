using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Tests.Search;

namespace Sweep.Tests.Stopping;

/// <summary>
/// Runs a sweep whose method learns from outcomes together with a rule that stops trials, both as pure functions of what is known.
/// </summary>
public sealed class SearchWithRuleTests
{
    private const int Trials = 40, Epochs = 27, Factor = 3;

    private static readonly MetricWords Words = new(Metric.ValLoss, Goal.Minimize);
    private static readonly SearchWindow Window = new(4);

    [Theory]
    [InlineData("asha")]
    [InlineData("hyperband")]
    public void Trials_and_stops_are_the_same_on_any_number_of_workers_and_in_any_order(string name)
    {
        var expected = Run(Rule(name), 1, _ => 0);
        Assert.Equal(Trials, expected.Count);
        Assert.Contains(expected, trial => trial.Reason is not null);
        Assert.Contains(expected, trial => trial.Epochs == Epochs);
        var order = from workers in Gen.Choose(1, 16)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (Workers: workers, Seed: seed);
        Prop.ForAll(order.ToArbitrary(), order =>
        {
            var random = new Random(order.Seed);
            Assert.Equal(expected, Run(Rule(name), order.Workers, random.Next));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    private static IStoppingRule Rule(string name) =>
        name == "asha" ? new AshaRule(1, Factor, Words) : new HyperbandRule(1, Factor, Epochs, Trials, Words);

    /// <param name="next">Which of so many trials that could have an epoch has it next, from 0.</param>
    /// <returns>What each trial tried, the epochs that it had, and why it was stopped; null where it was not.</returns>
    private static List<(string Parameters, int Epochs, string? Reason)> Run(IStoppingRule rule, int workers, Func<int, int> next)
    {
        var method = new TpeSearch(BowlSpace.Space, 3, Trials, Window);
        var trials = new List<Training>();
        while (true)
        {
            while (Propose(method, rule, trials) | trials.Count(trial => trial.Judge(trials)) > 0)
            {
                // A judgement may make a proposal possible, and the other way round.
            }

            var ready = trials.Where(trial => trial.CanTrain).Take(workers).ToList();
            if (ready.Count == 0)
                break;
            ready[next(ready.Count)].Train();
        }

        Assert.All(trials, trial => Assert.True(trial.IsOver, $"Trial {trial.Number} waits for ever."));
        return [.. trials.Select(trial => (trial.Parameters.ToJson(), trial.Done, trial.Stop?.Reason))];
    }

    /// <summary>Proposes one more trial if what it needs is known.</summary>
    private static bool Propose(TpeSearch method, IStoppingRule rule, List<Training> trials)
    {
        var number = trials.Count + 1;
        if (number > method.Count)
            return false;
        var known = KnownTrials.For(
            method,
            number,
            trials.Select(trial => trial.Outcome),
            earlier => Window.KnownRung(number, earlier, rule.ComparedWith(earlier).Last, Factor));
        if (known is not null)
            trials.Add(new(number, method.Propose(number, known), rule));
        return known is not null;
    }

    /// <summary>One trial of the sweep.</summary>
    private sealed class Training(int number, ParameterMap parameters, IStoppingRule rule)
    {
        private readonly IReadOnlyList<int> _rungs = rule.Rungs(number, Epochs);
        private int _passed;

        public int Number => number;

        public ParameterMap Parameters => parameters;

        /// <summary>The epochs that it has had.</summary>
        public int Done { get; private set; }

        public Judgement? Stop { get; private set; }

        public bool IsOver => Stop is not null || Done == Epochs;

        public bool CanTrain => !IsOver && !IsAtRung;

        public TrialOutcome Outcome => new(
            number,
            parameters,
            IsOver,
            IsOver ? Loss(Done) : null,
            IsStopped: Stop is not null,
            RungScores: [.. _rungs.Where(rung => rung <= Done).Select(Loss)]);

        private bool IsAtRung => _rungs.Contains(Done) && _passed < Done;

        public void Train() => Done++;

        /// <summary>Judges it if it is at a rung.</summary>
        /// <returns>Whether it need not wait any longer.</returns>
        public bool Judge(List<Training> all)
        {
            if (IsOver || !IsAtRung)
                return false;
            var judgement = rule.Judge(number, [.. Enumerable.Range(1, Done).Select(Loss)], [.. all.Where(other => other != this)
                .Select(other => new RungEntry(other.Number, other.Done >= Done ? other.Loss(Done) : null, other.IsOver))]);
            if (judgement.Verdict == RungVerdict.Wait)
                return false;
            if (judgement.Verdict == RungVerdict.Stop)
                Stop = judgement;
            _passed = Done;
            return true;
        }

        /// <summary>Falls from epoch to epoch, to a value that depends on the parameters.</summary>
        private double Loss(int epoch)
        {
            var end = BowlSpace.Score(parameters)!.Value;
            return end + (2 * Math.Exp(-0.3 * epoch * (1 + end)));
        }
    }
}
