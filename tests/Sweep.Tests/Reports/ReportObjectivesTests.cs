using System.Text.Json;
using Sweep.Client.Export;
using Sweep.Client.Output;
using Sweep.Client.Reports;
using Sweep.Client.Reports.Pages;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Tests.Client;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

/// <summary>Tests reports on sweeps with several objectives. The seconds of trial n are the n-th of a list, and its losses too.</summary>
public sealed class ReportObjectivesTests
{
    /// <summary>Trials 2, 3 and 5 are the front; trial 1 is beaten by trial 2 alone, and trial 4 by trial 1 too.</summary>
    private static readonly double[] Losses = [2.5, 2, 3, 4, 1, 9], Seconds = [40, 20, 10, 50, 60, 1];

    private static readonly SweepSpec Searched = Spec(Of(Choice("hidden_size", [.. Enumerable.Range(1, 6).Select(size => Whole(size))])));

    [Theory]
    [InlineData("val_loss", "train_seconds", "5 2 3 1 4")]
    [InlineData("train_seconds", "val_loss", "3 2 5 1 4")]
    public void Trials_and_points_are_ordered_by_rank_and_then_by_the_first_objective(string first, string second, string expected)
    {
        var report = SweepReport.Of(Two(first, second), Trials());
        // Trial 6 has not succeeded.
        Assert.Equal($"{expected} 6", string.Join(' ', report.Rows.Select(row => row.Number)));
        Assert.Equal($"{expected} 6", string.Join(' ', report.Points.Select(point => point.Trials[0].Number)));
        Assert.Equal([1, 1, 1, 2, 3, null], report.Points.Select(point => point.Rank));
        Assert.Equal([1, 1, 1, 2, 3, 0], report.Rows.Select(row => report.Ranks.GetValueOrDefault(row.Number)));
        Assert.Equal(expected.Split(' ')[..3], report.Objectives!.Front.Select(point => $"{point.Trials[0].Number}"));
    }

    [Fact]
    public void The_answer_names_the_front_and_the_best_of_each_objective()
    {
        Assert.Equal(
            "3 of 5 points (5 trials that succeeded) are on the front, where no other point is better in one objective and as good in all; "
                + "the best of each: val_loss 1 with trial 5, train_seconds 10 with trial 3.",
            SweepReport.Of(Two(), Trials()).Answer);
        var waiting = Trials().Select(trial => trial with { State = TrialState.Queued, BestValue = null, Best = null, Result = null });
        Assert.Equal("No trial has finished yet: 6 queued.", SweepReport.Of(Two(), [.. waiting]).Answer);
    }

    [Fact]
    public void The_hypervolume_grows_with_each_trial_that_moves_the_front()
    {
        // From the best to the worst, the losses are at 1/2, 1/3, 2/3, 1 and 0, and the seconds at 0.6, 0.2, 0, 0.8 and 1.
        var growth = SweepReport.Of(Two(), Trials()).Objectives!.Hypervolume;
        Assert.Equal([1, 2, 3, 5], growth.Select(step => step.Number));
        const double whole = 1.1 * 1.1;
        var third = (1.1 - (1 / 3.0)) * (1.1 - 0.2);
        var fourth = third + ((1.1 - (2 / 3.0)) * 0.2);
        Assert.Equal(0.6 * 0.5 / whole, growth[0].Volume, 1e-12);
        Assert.Equal(third / whole, growth[1].Volume, 1e-12);
        Assert.Equal(fourth / whole, growth[2].Volume, 1e-12);
        Assert.Equal((fourth + (1 / 3.0 * 0.1)) / whole, growth[3].Volume, 1e-12);
    }

    [Fact]
    public void A_point_is_ranked_by_the_means_of_its_trials_that_have_all_objectives()
    {
        var spec = Two() with { Replicates = 2, Parameters = Of(Choice("hidden_size", Whole(1), Whole(2), Whole(3))) };
        // The points have losses of 2, 2.5 and 3.5 and 30 s, 10 s and 40 s; the one failed trial is in no mean.
        var trials = ReportTrials.Of(spec, [1, 3, 2.5, 9, 3, 4], number => new double[] { 50, 10, 10, 1, 20, 60 }[number - 1]);
        trials[3] = trials[3] with { State = TrialState.Failed, Result = null };
        var points = SweepReport.Of(spec, trials).Points;
        Assert.Equal([[2, 30], [2.5, 10], [3.5, 40]], points.Select(point => point.Values!));
        Assert.Equal([1, 1, 2], points.Select(point => point.Rank));
    }

    [Fact]
    public void One_objective_has_no_front_and_no_ranks()
    {
        var report = SweepReport.Of(Searched, Trials());
        Assert.Null(report.Objectives);
        Assert.Empty(report.Ranks);
        Assert.Equal([5, 2, 1, 3, 4, 6], report.Rows.Select(row => row.Number));
    }

    [Fact]
    public void The_front_stands_in_the_table_the_markdown_and_the_json()
    {
        var report = SweepReport.Of(Two(), Trials());
        var (terminal, output, _) = Samples.Terminal();
        ReportOutput.Write(terminal, report, null, Samples.Overview(Two(), succeeded: 5, trials: 6), OutputFormat.Table);
        Assert.Matches(
            @"trial on the front +hidden size +val loss +train seconds *\n +5 +5 +1\.000 +1 min 0 s *\n +2 +2 +2\.000 +20\.0 s *\n +3 +3 ",
            output.ToString());
        Assert.Matches("^trial +rank ", output.ToString());

        var page = ReportPages.WithTrials(Two(), Trials());
        Assert.Contains("## The front\n", MarkdownReport.Of(page), StringComparison.Ordinal);
        Assert.Matches(@"- Objective: minimize val.{1,2}loss, minimize train.{1,2}seconds\n", MarkdownReport.Of(page));

        var (programs, json, _) = Samples.Terminal();
        ReportOutput.Write(programs, report, null, Samples.Overview(Two(), succeeded: 5, trials: 6), OutputFormat.Json);
        var root = JsonDocument.Parse(json.ToString()).RootElement;
        Assert.Equal(
            ["val_loss", "train_seconds"],
            root.GetProperty("objectives").EnumerateArray().Select(objective => objective.GetProperty("metric").GetString()));
        Assert.Equal([5, 2, 3], root.GetProperty("front").EnumerateArray().Select(point => point.GetProperty("trials")[0].GetInt32()));
        Assert.Equal(60, root.GetProperty("front")[0].GetProperty("values")[1].GetDouble());
        Assert.Equal(4, root.GetProperty("hypervolume").GetArrayLength());
    }

    [Fact]
    public async Task Exports_carry_the_rank()
    {
        foreach (var table in new[] { TrialExport.Of(Two(), Trials()), PointExport.Of(Two(), Trials()) })
        {
            var column = table.Columns.Index().Single(column => column.Item.Name == "rank").Index;
            var number = table.Columns.Index().First(column => column.Item.Name is "number" or "first_trial").Index;
            var rows = await table.Rows.ToListAsync(TestContext.Current.CancellationToken);
            var ranks = rows.ToDictionary(row => (long)row[number]!, row => (long?)row[column]);
            Assert.Equal([2, 1, 1, 3, 1, null], Enumerable.Range(1, 6).Select(trial => ranks[trial]));
        }

        Assert.DoesNotContain("rank", TrialExport.Of(Searched, Trials()).Columns.Select(column => column.Name));
    }

    private static SweepSpec Two(string first = "val_loss", string second = "train_seconds") => Searched with
    {
        Objectives = [new(new(first), Goal.Minimize), new(new(second), Goal.Minimize)],
    };

    private static List<TrialSummary> Trials()
    {
        var trials = ReportTrials.Of(Searched, Losses, number => Seconds[number - 1]);
        trials[5] = trials[5] with { State = TrialState.Failed, Result = null };
        return trials;
    }
}
