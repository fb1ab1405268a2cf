using Sweep.Silo.Worker;

namespace Sweep.Tests.Worker;

public sealed class DeviceGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly DeviceGate _gate = new();

    private Task<IDisposable> Enter(bool alone) => _gate.EnterAsync(alone, Cancellation);

    [Fact]
    public async Task An_attempt_that_needs_the_device_alone_waits_until_the_others_have_left_and_lets_none_pass()
    {
        var first = await Enter(alone: false);
        var second = await Enter(alone: false);
        var alone = Enter(alone: true);
        var later = Enter(alone: false);
        first.Dispose();
        Assert.False(alone.IsCompleted);
        second.Dispose();
        var inside = await alone;
        Assert.False(later.IsCompleted);
        inside.Dispose();
        (await later).Dispose();
    }

    [Fact]
    public async Task Two_attempts_that_need_the_device_alone_get_it_one_after_the_other()
    {
        var first = await Enter(alone: true);
        var second = Enter(alone: true);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
        (await Enter(alone: true)).Dispose();
    }

    [Fact]
    public async Task An_attempt_that_stops_waiting_does_not_delay_others()
    {
        var inside = await Enter(alone: false);
        using var impatience = new CancellationTokenSource();
        var alone = _gate.EnterAsync(alone: true, impatience.Token);
        var later = Enter(alone: false);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alone);
        (await later).Dispose();
        inside.Dispose();
        (await Enter(alone: true)).Dispose();
    }

    [Fact]
    public async Task A_try_enters_beside_others_and_fails_when_an_attempt_is_or_waits_to_be_alone()
    {
        var beside = await Enter(alone: false);
        var trying = _gate.TryEnter();
        Assert.NotNull(trying);
        var alone = Enter(alone: true);
        Assert.Null(_gate.TryEnter());
        beside.Dispose();
        Assert.False(alone.IsCompleted);
        trying.Dispose();
        using var inside = await alone;
        Assert.Null(_gate.TryEnter());
    }
}
