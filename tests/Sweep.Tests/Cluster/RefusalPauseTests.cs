using Microsoft.Extensions.Time.Testing;
using Sweep.Grains;

namespace Sweep.Tests.Cluster;

public sealed class RefusalPauseTests
{
    [Fact]
    public void The_pause_lasts_from_a_refusal_for_its_length_or_until_nothing_is_refused()
    {
        var time = new FakeTimeProvider();
        var pause = new RefusalPause(time);
        Assert.False(pause.IsOn);
        pause.Set(isRefused: true);
        time.Advance(RefusalPause.Length - TimeSpan.FromTicks(1));
        Assert.True(pause.IsOn);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(pause.IsOn);
        pause.Set(isRefused: true);
        pause.Set(isRefused: false);
        Assert.False(pause.IsOn);
    }
}
