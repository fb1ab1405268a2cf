using Sweep.Domain.Scheduling;

namespace Sweep.Tests.Scheduling;

public sealed class SlotHealthTests
{
    [Fact]
    public void Three_self_tests_that_fail_in_a_row_take_a_slot_out_of_service()
    {
        var health = new SlotHealth();
        health.FailedSelfTest("no driver");
        health.FailedSelfTest("no driver");
        Assert.True(health.IsFit);
        health.FailedSelfTest("still no driver");
        Assert.False(health.IsFit);
        Assert.Equal("still no driver", health.Complaint);
    }

    [Fact]
    public void A_training_that_ends_well_clears_the_failed_self_tests()
    {
        var health = new SlotHealth();
        for (var failure = 0; failure < 10; failure++)
            health.FailedSelfTest("no memory");
        health.Passed();
        Assert.True(health.IsFit);
        Assert.Null(health.Complaint);
        health.FailedSelfTest("no memory");
        health.FailedSelfTest("no memory");
        Assert.True(health.IsFit);
    }
}
