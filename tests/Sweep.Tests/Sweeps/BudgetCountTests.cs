using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class BudgetCountTests
{
    private static readonly SweepSpec Plain = Spec(Of(Range("layers", 1, 4))) with { Replicates = 1 };

    [Fact]
    public void The_first_that_is_met_is_named()
    {
        var budget = new BudgetCount(Plain with { Budget = new(Epochs: 50, Target: 1.5, Failures: 2) });
        Assert.Null(budget.Add(new(1, TrialState.Succeeded, 1.6, 20)));
        Assert.Null(budget.Add(new(2, TrialState.Failed, 1.4, 5)));
        Assert.Null(budget.Add(new(3, TrialState.Cancelled, 1.4, 5)));
        Assert.Equal("failures: trial 4 is number 2 that failed", budget.Add(new(4, TrialState.Failed, null, 0)));
        Assert.Equal("epochs: the trials up to 5 trained 50", New(5, 30).Add(new(5, TrialState.Succeeded, 2, 20)));
        Assert.Equal("target: trial 5 has a val_loss of 1.5", New(5, 30).Add(new(5, TrialState.Succeeded, 1.5, 20)));

        BudgetCount New(int next, int epochs)
        {
            var other = new BudgetCount(Plain with { Budget = new(Epochs: 50, Target: 1.5, Failures: 2) });
            for (var number = 1; number < next; number++)
                other.Add(new(number, TrialState.Succeeded, 3, number == 1 ? epochs : 0));
            return other;
        }
    }

    [Fact]
    public void A_target_that_is_to_be_exceeded_is_met_from_above()
    {
        var budget = new BudgetCount(Plain with { Objective = new(Metric.ValAccuracy, Goal.Maximize), Budget = new(Target: 0.5) });
        Assert.Null(budget.Add(new(1, TrialState.Succeeded, 0.4, 1)));
        Assert.Null(budget.Add(new(2, TrialState.Succeeded, double.NaN, 1)));
        Assert.NotNull(budget.Add(new(3, TrialState.Succeeded, 0.6, 1)));
    }

    [Fact]
    public void With_replicates_a_point_meets_the_target_by_its_mean()
    {
        var budget = new BudgetCount(Plain with { Replicates = 2, Budget = new(Target: 1.5) });
        Assert.Null(budget.Add(new(1, TrialState.Succeeded, 1.2, 1)));
        Assert.Null(budget.Add(new(2, TrialState.Succeeded, 2.0, 1)));
        Assert.Null(budget.Add(new(3, TrialState.Failed, null, 1)));
        Assert.NotNull(budget.Add(new(4, TrialState.Succeeded, 1.4, 1)));
    }

    [Fact]
    public void Trials_are_counted_in_their_order_and_time_by_itself()
    {
        var budget = new BudgetCount(Plain with { Budget = new(Time: 7200) });
        Assert.Throws<ArgumentException>(() => budget.Add(new(2, TrialState.Succeeded, 1, 1)));
        Assert.Null(budget.Add(new(1, TrialState.Succeeded, 1, 1)));
        Assert.Equal(1, budget.Last);
        Assert.Null(budget.Met(TimeSpan.FromMinutes(119)));
        Assert.Equal("time: 7,200 s have passed", budget.Met(TimeSpan.FromHours(2)));
    }
}
