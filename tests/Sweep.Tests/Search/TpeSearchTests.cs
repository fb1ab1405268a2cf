using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class TpeSearchTests
{
    [Fact]
    public void The_first_trials_are_Sobols_points()
    {
        var method = new TpeSearch(BowlSpace.Space, 3, 40, new(1));
        var trials = SearchRun.InOrder(method, BowlSpace.Score).Select(trial => trial.Parameters.ToJson()).ToList();
        var sobol = new SobolSearch(BowlSpace.Space, 3, 40).Trials().Select(trial => trial.ToJson()).ToList();
        Assert.Equal(sobol.Take(TpeSearch.StartTrials), trials.Take(TpeSearch.StartTrials));
        Assert.NotEqual(sobol[TpeSearch.StartTrials], trials[TpeSearch.StartTrials]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void It_finds_better_trials_than_a_random_search(int window)
    {
        var tpe = SearchRun.MedianOfBest(seed => new TpeSearch(BowlSpace.Space, seed, 60, new(window)), BowlSpace.Score, 15);
        var random = SearchRun.MedianOfBest(seed => new RandomSearch(BowlSpace.Space, seed, 60), BowlSpace.Score, 15);
        Assert.True(tpe < random / 2, $"{tpe} against {random}");
    }

    [Fact]
    public void It_finds_the_best_of_kinds_and_of_what_stands_under_a_condition()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("lstm"), Word("gru")),
            Range("layers", 1, 8).When(("cell", [Word("lstm")])),
            Range("dropout", 0, 0.9).When(("layers", [Whole(5), Whole(6), Whole(7), Whole(8)])),
            Choice("fully_connected", Widths(), Widths(8), Widths(16), Widths(8, 8)));
        var trials = SearchRun.InOrder(new TpeSearch(space, 2, 120, new()), Score);
        var late = trials.Skip(60).Select(trial => trial.Parameters.ForModel()).ToList();
        Assert.InRange(late.Count(trial => trial.Cell == CellKind.Lstm), 40, 60);
        Assert.InRange(late.Count(trial => trial.Layers is 6 or 7 or 8), 35, 60);
        Assert.True(trials.Best() < 0.1, $"{trials.Best()}");

        static double? Score(ParameterMap trial) => trial.ForModel() switch
        {
            { Cell: CellKind.Lstm } typed =>
                (0.2 * Math.Abs(typed.Layers - 7)) + Math.Abs(typed.Dropout - 0.4) + (typed.FullyConnected is [16] ? 0 : 0.3),
            _ => 3,
        };
    }

    [Fact]
    public void The_good_ones_are_those_of_all_trials_not_of_each_group()
    {
        var space = Of(Choice("cell", Word("rnn"), Word("lstm")), Range("dropout", 0, 0.9).When(("cell", [Word("lstm")])));
        // Five trials have a dropout, fewer than a search begins to learn from, and all five are good ones.
        KnownTrial[] known =
        [
            .. Enumerable.Range(1, 45).Select(number => Trial(number, "rnn", 0, 5)),
            .. Enumerable.Range(46, 5).Select(number => Trial(number, "lstm", 0.18 + ((number - 46) * 0.01), 1)),
        ];
        var trials = Enumerable.Range(1, 100)
            .Select(seed => new TpeSearch(space, seed, 200, new()).Propose(known.Length + 1, known).ForModel())
            .ToList();
        Assert.InRange(trials.Count(trial => trial.Cell == CellKind.Lstm && trial.Dropout is > 0.1 and < 0.3), 80, 100);

        KnownTrial Trial(int number, string cell, double dropout, double score) => new(
            number,
            space.Catalog.Complete(
                new Dictionary<string, ParameterValue> { ["cell"] = Word(cell), ["dropout"] = ParameterValue.Of(dropout) }, number),
            score,
            IsRunning: false);
    }

    [Fact]
    public void A_point_of_a_list_is_not_tried_twice()
    {
        var space = Of(
            Choice("layers", [.. Enumerable.Range(1, 10).Select(number => Whole(number))]),
            Choice("hidden_size", [.. Enumerable.Range(1, 10).Select(number => Whole(number))]));
        var trials = SearchRun.InOrder(
            new TpeSearch(space, 1, 40, new()), trial => trial.ForModel().Layers + trial.ForModel().HiddenSize);
        Assert.Equal(40, trials.Select(trial => trial.Parameters.ToJson()).Distinct().Count());
        Assert.Equal(2, trials.Best());
    }

    [Fact]
    public void A_proposal_keeps_away_from_trials_that_fail_and_from_those_that_run()
    {
        var space = Of(Range("dropout", 0, 0.9));
        // The best values are around 0.3, and half of the trials around it have no outcome.
        var known = Enumerable.Range(1, 60)
            .Select(number => Known(space, number, (number % 30) * 0.03, Math.Abs(((number % 30) * 0.03) - 0.3)));
        var avoided = Enumerable.Range(61, 60).Select(number => Known(space, number, 0.25 + ((number % 20) * 0.005), null));
        Assert.True(Near([.. known]) > 2 * Near([.. known, .. avoided]));

        int Near(KnownTrial[] trials) => Enumerable.Range(1, 100)
            .Select(seed => new TpeSearch(space, seed, 200, new()).Propose(trials.Length + 1, trials).ForModel().Dropout)
            .Count(dropout => dropout is > 0.24 and < 0.36);
    }

    [Fact]
    public void A_later_rung_counts_more_than_an_earlier_one_and_a_whole_trial_most()
    {
        var space = Of(Range("dropout", 0, 0.9));
        foreach (var (early, late) in new (int?, int?)[] { (0, 1), (1, null) })
        {
            KnownTrial[] trials =
            [
                .. Enumerable.Range(1, 30).Select(number => Known(space, number, number * 0.01, 1) with { Rung = early }),
                .. Enumerable.Range(31, 4).Select(number => Known(space, number, 0.8, 2) with { Rung = late }),
            ];
            var draws = Enumerable.Range(1, 50)
                .Select(seed => new TpeSearch(space, seed, 99, new()).Propose(35, trials).ForModel().Dropout);
            Assert.InRange(draws.Count(dropout => dropout > 0.6), 45, 50);
        }
    }

    private static KnownTrial Known(SearchSpace space, int number, double dropout, double? score) => new(
        number,
        space.Catalog.Complete(new Dictionary<string, ParameterValue> { ["dropout"] = ParameterValue.Of(dropout) }, 1),
        score);
}
