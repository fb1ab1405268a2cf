using Sweep.Client.Live;
using Sweep.Domain.Sweeps;

namespace Sweep.Tests.Client;

public sealed class PacedCountTests
{
    private static readonly TimeSpan Cost = TimeSpan.FromMilliseconds(50);

    private readonly Clock _clock = new();
    private int _counts;
    private int _trials = 100_000;
    private SweepState _state = SweepState.Running;

    private PacedCount Count => field ??= new(
        _ =>
        {
            _counts++;
            _clock.Now += Cost;
            return Task.FromResult<Sweep.Storage.Reading.SweepOverview?>(Samples.Overview(state: _state, trials: _trials));
        },
        (_, _) => Task.FromResult<SweepState?>(_state),
        _clock);

    [Fact]
    public async Task A_large_sweep_is_counted_again_after_thirty_times_as_long_as_counting_took()
    {
        await LookAsync();
        _clock.Now += (Cost * PacedCount.PausePerCount) - TimeSpan.FromMilliseconds(1);
        await LookAsync();
        Assert.Equal(1, _counts);
        _clock.Now += TimeSpan.FromMilliseconds(1);
        await LookAsync();
        Assert.Equal(2, _counts);
    }

    [Fact]
    public async Task A_small_sweep_is_counted_at_each_look()
    {
        _trials = PacedCount.Few;
        await LookAsync();
        await LookAsync();
        Assert.Equal(2, _counts);
    }

    [Theory]
    [InlineData(SweepState.Completed)]
    [InlineData(SweepState.Paused)]
    public async Task A_sweep_whose_state_has_changed_is_counted_at_once(SweepState next)
    {
        await LookAsync();
        _state = next;
        Assert.Equal(next, await LookAsync());
        Assert.Equal(2, _counts);
    }

    [Fact]
    public async Task The_last_look_at_a_sweep_that_stops_is_counted()
    {
        _state = SweepState.Cancelled;
        await LookAsync();
        await LookAsync();
        Assert.Equal(1, _counts);
        await LookAsync(idle: true);
        Assert.Equal(2, _counts);
    }

    private async Task<SweepState> LookAsync(bool idle = false) =>
        (await Count.CountAsync(idle, TestContext.Current.CancellationToken))!.State;

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
