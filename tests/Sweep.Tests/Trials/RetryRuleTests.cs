using Sweep.Domain.Trials;

namespace Sweep.Tests.Trials;

public sealed class RetryRuleTests
{
    [Fact]
    public void Every_reason_with_every_history_gets_the_documented_decision()
    {
        foreach (var reason in Enum.GetValues<FailureReason>())
        {
            for (var failures = 0; failures <= 5; failures++)
            {
                for (var losses = 0; losses <= 7; losses++)
                {
                    for (var retries = 0; retries <= 4; retries++)
                    {
                        var fails = reason switch
                        {
                            FailureReason.Diverged or FailureReason.Impossible => true,
                            FailureReason.WorkerUnfit => false,
                            FailureReason.WorkerLost or FailureReason.LeaseLost => losses >= 5,
                            FailureReason.TrainerError or FailureReason.TrainerDied or FailureReason.OutOfMemory
                                or FailureReason.Stalled or FailureReason.StorageRefused
                                or FailureReason.ProgramFailed or FailureReason.TimeLimit or FailureReason.CommandNotFound =>
                                failures > retries,
                            _ => throw new InvalidOperationException($"The rule's test does not know {reason}."),
                        };
                        Assert.Equal(fails ? TrialMove.Fail : TrialMove.Requeue, RetryRule.Decide(reason, failures, losses, retries));
                    }
                }
            }
        }
    }

    [Fact]
    public void Three_retries_allow_four_attempts_and_losses_use_up_no_retry()
    {
        Assert.Equal(
            [TrialMove.Requeue, TrialMove.Requeue, TrialMove.Requeue, TrialMove.Fail],
            Enumerable.Range(1, 4).Select(failure => RetryRule.Decide(FailureReason.TrainerDied, failure, losses: 4, retries: 3)));
        Assert.Equal(TrialMove.Requeue, RetryRule.Decide(FailureReason.WorkerLost, failures: 3, losses: 1, retries: 0));
    }

    [Fact]
    public void Only_the_trials_own_failures_use_up_its_retries_and_only_losses_count_as_losses()
    {
        foreach (var reason in Enum.GetValues<FailureReason>())
        {
            var expected = reason switch
            {
                FailureReason.WorkerUnfit => (2, 3),
                FailureReason.WorkerLost or FailureReason.LeaseLost => (2, 4),
                _ => (3, 3),
            };
            Assert.Equal(expected, RetryRule.Count(reason, failures: 2, losses: 3));
        }
    }

    [Theory]
    [InlineData(FailureReason.TrainerDied, "trainer_died")]
    [InlineData(FailureReason.OutOfMemory, "out_of_memory")]
    [InlineData(FailureReason.StorageRefused, "storage_refused")]
    public void Reasons_have_snake_case_names_in_the_tables(FailureReason reason, string name) => Assert.Equal(name, reason.Name());
}
