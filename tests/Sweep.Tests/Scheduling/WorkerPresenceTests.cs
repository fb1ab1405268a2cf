using Sweep.Domain.Scheduling;

namespace Sweep.Tests.Scheduling;

public sealed class WorkerPresenceTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly WorkerPresence _presence = new(TimeSpan.FromSeconds(15));

    [Fact]
    public void A_worker_that_has_just_joined_is_not_gone_before_the_membership_knows_it()
    {
        _presence.Heard("new", Start);
        Assert.False(IsGone("new", after: 1));
        Assert.False(IsGone("new", after: 15));
    }

    [Fact]
    public void An_unknown_worker_is_gone_when_it_has_been_silent_for_a_while()
    {
        _presence.Heard("silent", Start);
        Assert.True(IsGone("silent", after: 16));
        Assert.True(IsGone("never heard", after: 0));
        _presence.Forget(Start.AddSeconds(16));
        Assert.True(IsGone("silent", after: 0));
    }

    [Fact]
    public void The_membership_decides_about_the_workers_that_it_knows()
    {
        _presence.Heard("dead", Start);
        Assert.True(IsGone("dead", after: 0, ("dead", false)));
        Assert.False(IsGone("alive", after: 60, ("alive", true)));
    }

    private bool IsGone(string worker, double after, params (string Name, bool Lives)[] members) =>
        _presence.IsGone(worker, members.ToDictionary(member => member.Name, member => member.Lives), Start.AddSeconds(after));
}
