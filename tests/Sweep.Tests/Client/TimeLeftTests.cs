using Sweep.Client.Live;

namespace Sweep.Tests.Client;

public sealed class TimeLeftTests
{
    [Fact]
    public void No_time_is_estimated_before_an_epoch_has_finished()
    {
        var left = new TimeLeft();
        left.Observe(TimeSpan.Zero, 30);
        left.Observe(TimeSpan.FromSeconds(5), 30);
        Assert.Null(left.EpochsPerSecond);
        Assert.Null(left.Until(100));
    }

    [Fact]
    public void The_remaining_epochs_take_as_long_as_the_measured_speed_predicts()
    {
        var left = new TimeLeft();
        left.Observe(TimeSpan.Zero, 30);
        left.Observe(TimeSpan.FromSeconds(10), 50);
        Assert.Equal(2, left.EpochsPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(25), left.Until(100));
    }

    [Fact]
    public void A_change_of_speed_is_followed_within_a_minute()
    {
        var left = new TimeLeft();
        for (var second = 0; second <= 100; second++)
            left.Observe(TimeSpan.FromSeconds(second), second);
        for (var second = 1; second <= 60; second++)
            left.Observe(TimeSpan.FromSeconds(100 + second), 100 + (10 * second));
        Assert.Equal(10, left.EpochsPerSecond);
    }

    [Fact]
    public void More_epochs_than_expected_leave_no_time_and_a_very_low_speed_gives_a_finite_time()
    {
        var left = new TimeLeft();
        left.Observe(TimeSpan.Zero, 0);
        left.Observe(TimeSpan.FromSeconds(50), 1);
        Assert.Equal(TimeSpan.Zero, left.Until(0));
        Assert.Equal(TimeSpan.FromDays(999), left.Until(long.MaxValue));
    }
}
