using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class SearchWaitTests
{
    private const int Epochs = 12;

    [Theory]
    [InlineData(null, 1, MethodKind.Tpe)]
    [InlineData(null, 2, MethodKind.CmaEs)]
    [InlineData("asha", 1, MethodKind.Tpe)]
    [InlineData("asha", 2, MethodKind.Tpe)]
    [InlineData("hyperband", 1, MethodKind.Tpe)]
    [InlineData("hyperband", 2, MethodKind.Tpe)]
    public void A_search_proposes_nothing_just_when_it_is_said_to_wait_for_a_trial(string? rule, int replicates, MethodKind method)
    {
        var spec = Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(Epochs))), new(method, 30)) with
        {
            Search = new(3),
            Replicates = replicates,
            Stop = rule is null ? null : [rule == "asha" ? new StopSpec.Asha(1, 3) : new StopSpec.Hyperband(1, 3)],
        };
        var random = new Random(1);
        var (waited, count) = (0, 30 * replicates);
        for (var round = 0; round < 300; round++)
        {
            var (rows, proposed) = (new List<(ParameterMap Parameters, int Done)>(), random.Next(1, 30));
            while (rows.Count < proposed)
                rows.Add((Any(rows.Count), random.Next(4) == 0 ? random.Next(Epochs) : Epochs));
            var proposals = Next(spec, rows, count);
            var awaited = new SearchWait(spec).ForProposal(
                rows.Count + 1,
                [
                    .. rows.Index().Where(row => row.Item.Done < Epochs)
                        .Select(row => new OpenTrial(row.Index + 1, row.Item.Done, null)),
                ]);
            Assert.Equal(proposals is null, awaited.Count > 0);
            waited += awaited.Count > 0 ? 1 : 0;
            // When each of these gets as far as is said, the search goes on.
            foreach (var (number, epoch) in awaited)
                rows[number - 1] = rows[number - 1] with { Done = epoch ?? Epochs };
            Assert.NotNull(Next(spec, rows, count));
        }

        Assert.InRange(waited, 30, 299);
    }

    [Fact]
    public void A_held_trial_waits_for_the_first_that_it_is_compared_with_and_that_has_not_got_there()
    {
        var spec = Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(27))), new(MethodKind.Random, 60));
        var asha = new SearchWait(spec with { Stop = [new StopSpec.Asha(1, 3)] });
        OpenTrial[] unfinished = [new(2, 9, null), new(4, 2, null), new(5, 1, null), new(7, 3, 3)];
        Assert.Equal(4, asha.ForJudgement(unfinished[3], proposed: 60, unfinished));
        Assert.Null(asha.ForJudgement(new(7, 1, 1), 60, [unfinished[0], unfinished[1]]));
        Assert.Equal([3, 9, null], new[] { 1, 8, 9 }.Select(done => asha.NextRung(7, 27, done)));

        // The cohort of hyperband goes on to higher numbers, which may not be proposed yet.
        var hyperband = new SearchWait(spec with { Stop = [new StopSpec.Hyperband(1, 3)] });
        Assert.Equal(8, hyperband.ForJudgement(new(7, 1, 1), proposed: 7, []));
        Assert.Equal(12, hyperband.ForJudgement(new(7, 1, 1), proposed: 60, [new(12, 0, null)]));
    }

    [Fact]
    public void With_replicates_a_held_trial_waits_for_all_trials_of_its_point_and_of_those_that_it_is_compared_with()
    {
        var spec = Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(27))), new(MethodKind.Random, 60)) with
        {
            Replicates = 2,
        };
        // Trials 7 and 8 are point 4.
        var asha = new SearchWait(spec with { Stop = [new StopSpec.Asha(1, 3)] });
        Assert.Equal(8, asha.ForJudgement(new(7, 3, 3), 120, [new(7, 3, 3), new(8, 2, null), new(9, 0, null)]));
        Assert.Equal(6, asha.ForJudgement(new(8, 3, 3), 120, [new(6, 2, null), new(7, 2, null), new(8, 3, 3)]));
        Assert.Null(asha.ForJudgement(new(8, 3, 3), 120, [new(6, 3, 3), new(9, 0, null)]));
        // Its cohort is the points 1 to 27.
        var hyperband = new SearchWait(spec with { Stop = [new StopSpec.Hyperband(1, 3)] });
        Assert.Equal(53, hyperband.ForJudgement(new(7, 1, 1), proposed: 52, []));
        Assert.Null(hyperband.ForJudgement(new(7, 1, 1), proposed: 54, [new(55, 0, null)]));
    }

    private static TrialProposals? Next(SweepSpec spec, List<(ParameterMap Parameters, int Done)> rows, int count)
    {
        var rules = StoppingRules.For(spec);
        var halving = rules?.Halving?.Rule;
        return new SweepSearch(spec).Next(
            [
                .. rows.Select((row, index) => new OutcomeRow(
                    index + 1, row.Parameters, row.Done < Epochs ? TrialState.Running : TrialState.Succeeded, 1, 1.0 / (index + 1))),
            ],
            count,
            halving is null ? null :
            [
                .. rows.Select((row, index) => (IReadOnlyList<double>)
                    [
                        .. halving.Rungs(rules!.Point(index + 1), Epochs).TakeWhile(rung => rung <= row.Done)
                            .Select(rung => 1.0 / (index + rung)),
                    ]),
            ]);
    }

    private static ParameterMap Any(int index) => new RandomSearch(
        Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(Epochs))), 1, 100).Propose(index + 1, []);
}
