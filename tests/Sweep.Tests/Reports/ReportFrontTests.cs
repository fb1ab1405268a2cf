using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

public sealed class ReportFrontTests
{
    [Fact]
    public void There_is_a_front_for_loss_and_for_accuracy_and_for_each_cost()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("lstm"), Word("gru"))));
        // The trials take 3, 1 and 2 seconds and have the losses 1, 3 and 4. The third one takes longer than the second and is worse.
        var fronts = SweepReport.Of(spec, ReportTrials.Of(spec, [1, 3, 4], number => number == 1 ? 3 : number - 1)).Fronts;
        Assert.Equal(
            [
                (Metric.ValLoss, TrialCost.TrainSeconds), (Metric.ValLoss, TrialCost.ModelBytes), (Metric.ValLoss, TrialCost.Macs),
                (Metric.ValAccuracy, TrialCost.TrainSeconds), (Metric.ValAccuracy, TrialCost.ModelBytes),
                (Metric.ValAccuracy, TrialCost.Macs),
            ],
            fronts.Select(front => (front.Metric, front.Cost)));
        Assert.Equal([2, 1], fronts[0].Trials.Select(trial => trial.Number));
        // Accuracy falls here as the loss rises, so its front is the same. All trials have equally many multiply-accumulates, so only the
        // best one is on that front.
        Assert.Equal([2, 1], fronts[3].Trials.Select(trial => trial.Number));
        Assert.Equal([1], fronts[2].Trials.Select(trial => trial.Number));
    }

    [Fact]
    public void The_answer_names_the_best_trial_or_says_that_none_has_finished()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("lstm"))));
        Assert.Equal(
            "The best of 2 trials that succeeded is trial 2 (cell lstm): " +
                "val_loss 1.5 at epoch 7 of 20, 40.0 % of the next characters right.",
            SweepReport.Of(spec, ReportTrials.Of(spec, [3, 1.5])).Answer);
        var waiting = ReportTrials.Of(spec, [3, 1.5])
            .Select(trial => trial with { State = TrialState.Queued, BestValue = null, Best = null, Result = null });
        Assert.Equal("No trial has finished yet: 2 queued.", SweepReport.Of(spec, [.. waiting]).Answer);
    }
}
