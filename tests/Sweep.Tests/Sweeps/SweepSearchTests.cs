using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class SweepSearchTests
{
    private static readonly SweepSpec Searched =
        Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Range("dropout", 0, 0.5)), new(MethodKind.Tpe, 40)) with
        {
            Search = new(4),
            Replicates = 1,
        };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Trials_are_the_same_whatever_ends_first_and_however_often_the_search_is_lost(int replicates)
    {
        var spec = Searched with { Replicates = replicates };
        var expected = Run(spec, running => running.Min(), isLost: false);
        Assert.Equal(40 * replicates, expected.Count);
        foreach (var seed in Enumerable.Range(1, 4))
        {
            var random = new Random(seed);
            Assert.Equal(expected, Run(spec, running => running[random.Next(running.Count)], isLost: seed % 2 == 0));
        }
    }

    [Fact]
    public void Several_objectives_give_the_same_trials_whatever_ends_first_and_however_often_the_search_is_lost()
    {
        var spec = Searched with
        {
            Method = new(MethodKind.NsgaIi, 40),
            Objectives = [new(new("macs"), Goal.Minimize), new(Metric.ValLoss, Goal.Minimize)],
            Replicates = 2,
        };
        var expected = Run(spec, running => running.Min(), isLost: false);
        Assert.Equal(80, expected.Count);
        foreach (var seed in Enumerable.Range(1, 4))
        {
            var random = new Random(seed);
            Assert.Equal(expected, Run(spec, running => running[random.Next(running.Count)], isLost: seed % 2 == 0));
        }

        // The other objective counts: without it other trials follow.
        Assert.NotEqual(expected, Run(spec with { Objectives = null }, running => running.Min(), isLost: false));
    }

    [Fact]
    public void By_arrival_another_point_is_proposed_when_any_is_over_and_replicates_stay_together()
    {
        var spec = Searched with { Replicates = 2, Search = new(2, SearchOrder.Arrival) };
        var rows = Rows(new SweepSearch(spec).Next([], 80)!, []);
        Assert.Equal(4, rows.Count);
        rows[3] = rows[3] with { State = TrialState.Succeeded, Score = 2 };
        var next = new SweepSearch(spec).Next(rows, 80)!;
        Assert.Equal((5, 2, 0, 0L), (next.First, next.Trials.Count, next.MadeFrom, next.Attempts));
        Assert.Single(next.Trials.Select(trial => trial.With("seed", Whole(0)).ToJson()).Distinct());
        rows = Rows(next, rows);
        rows[0] = rows[0] with { State = TrialState.Cancelled };
        Assert.Null(new SweepSearch(spec).Next(rows[..5], 5));
    }

    [Theory]
    [InlineData(MethodKind.Tpe, 1, 10)]
    [InlineData(MethodKind.Gp, 1, 10)]
    [InlineData(MethodKind.Tpe, 2, 20)]
    [InlineData(MethodKind.NsgaIi, 1, 20)]
    [InlineData(MethodKind.NsgaIi, 2, 40)]
    [InlineData(MethodKind.CmaEs, 1, 12)] // Two generations of six, since a window of 4 reaches into the one before.
    public void A_method_that_learns_names_its_first_trials_a_start(MethodKind method, int replicates, int start)
    {
        var spec = Searched with { Method = new(method, 24), Replicates = replicates };
        var (rows, by) = (new List<OutcomeRow>(), new List<string>());
        while (new SweepSearch(spec).Next(rows, 24 * replicates) is { } next)
        {
            by.AddRange(next.By!);
            rows = [.. Rows(next, rows).Select(row => row with { State = TrialState.Succeeded, Score = row.Number })];
        }

        Assert.Equal(
            Enumerable.Range(1, 24 * replicates).Select(number => number <= start ? $"start of {method.Word()}" : method.Word()), by);
    }

    [Fact]
    public void What_proposals_were_made_from_is_named_with_its_attempts()
    {
        var rows = Rows(new SweepSearch(Searched).Next([], 40)!, []);
        Assert.Null(new SweepSearch(Searched).Next(rows, 40));
        rows[0] = rows[0] with { State = TrialState.Succeeded, Score = 2, Attempt = 3 };
        rows[1] = rows[1] with { State = TrialState.Failed, Attempt = 4 };
        rows[3] = rows[3] with { State = TrialState.Succeeded, Score = 1, Attempt = 1 };
        var next = new SweepSearch(Searched).Next(rows, 40)!;
        Assert.Equal((5, 2, 2, 7L), (next.First, next.Trials.Count, next.MadeFrom, next.Attempts));
        Assert.Equal([1, 2], next.From);
        Assert.Equal([2], next.Part(1, 1).From);
    }

    [Fact]
    public void Rows_that_a_standby_lacks_are_proposed_again_by_arrival_from_what_is_there_then()
    {
        var spec = Searched with { Search = new(12, SearchOrder.Arrival) };
        var search = new SweepSearch(spec);
        var rows = Rows(search.Next([], 40)!, []);
        rows = [.. rows.Select(row => row with { State = TrialState.Succeeded, Score = row.Number })];
        rows = Rows(search.Next(rows, 40)!, rows);
        Assert.Null(search.Next(rows, 40));
        List<OutcomeRow> left = [.. rows.Take(12).Select(row => row with { Score = -row.Number })];
        var again = search.Next(left, 40)!;
        Assert.Equal(new SweepSearch(spec).Next(left, 40)!.Trials.Select(Json), again.Trials.Select(Json));
        Assert.NotEqual(rows.Skip(12).Select(row => Json(row.Parameters!)), again.Trials.Select(Json));
        var other = Rows(again, left);
        Assert.Equal(again.Trials.Select(Json), other.Skip(12).Select(row => Json(row.Parameters!)));
        Assert.Null(search.Next(other, 40));

        static string Json(ParameterMap trial) => trial.ToJson();
    }

    [Fact]
    public void Trials_that_stand_for_all_of_a_space_reach_its_ends_together()
    {
        var space = Of(
            Range("sequence_length", 5, 90), Range("batch_size", 1, 64, Scale.Log),
            Choice("layers", Whole(1), Whole(2)), Range("dropout", 0.1, 0.9).When(("layers", [Whole(2)])));
        var trials = SearchMethods.ToCheck(Searched with { Parameters = space, Replicates = 5 }).Select(trial => trial.ForModel()).ToList();
        Assert.Contains(trials, trial => trial is { SequenceLength: 90, BatchSize: 64, Layers: 2, Dropout: > 0.89 });
        Assert.Contains(trials, trial => trial is { SequenceLength: 5, BatchSize: 1, Layers: 1, Dropout: 0 });
        Assert.All(trials, trial => Assert.True(trial.Layers == 2 || trial.Dropout == 0));
        Assert.Equal(2, trials.Select(trial => trial.Seed).Distinct().Count());
    }

    private static List<OutcomeRow> Rows(TrialProposals next, List<OutcomeRow> before) =>
    [
        .. before, .. next.Trials.Select((trial, index) => new OutcomeRow(next.First + index, trial, TrialState.Queued, 0, null)),
    ];

    /// <summary>Every eleventh trial that succeeds lacks an objective.</summary>
    private static Dictionary<int, double[]> Scores(IEnumerable<OutcomeRow> rows) => rows
        .Where(row => row.State == TrialState.Succeeded && row.Number % 11 != 0)
        .ToDictionary(row => row.Number, row => new[] { 1 - row.Parameters!.ForModel().Dropout, row.Score!.Value });

    private static List<string> Run(SweepSpec spec, Func<List<int>, int> ends, bool isLost)
    {
        var (search, rows) = (new SweepSearch(spec), new List<OutcomeRow>());
        while (true)
        {
            search = isLost ? new(spec) : search;
            if (search.Next(rows, 40 * spec.TrialsPerPoint, scores: spec.Objectives is null ? null : Scores(rows)) is { } next)
                rows = Rows(next, rows);
            var running = rows.Where(row => !row.State.IsOver()).Select(row => row.Number).Take(5).ToList();
            if (running.Count == 0)
                return [.. rows.Select(row => row.Parameters!.ToJson())];
            var row = rows[ends(running) - 1];
            var typed = row.Parameters!.ForModel();
            rows[row.Number - 1] = row with
            {
                State = row.Number % 7 == 0 ? TrialState.Failed : TrialState.Succeeded,
                Attempt = 1,
                Score = Math.Abs(Math.Log10(typed.LearningRate) + 2) + typed.Dropout,
            };
        }
    }
}
