using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Trials;

public sealed class TrialStateTests
{
    private static readonly Dictionary<(TrialState, TrialMove), TrialState> Legal = new()
    {
        [(TrialState.Queued, TrialMove.Lease)] = TrialState.Running,
        [(TrialState.Queued, TrialMove.Cancel)] = TrialState.Cancelled,
        [(TrialState.Queued, TrialMove.Stop)] = TrialState.Stopped,
        [(TrialState.Running, TrialMove.Succeed)] = TrialState.Succeeded,
        [(TrialState.Running, TrialMove.Requeue)] = TrialState.Queued,
        [(TrialState.Running, TrialMove.Fail)] = TrialState.Failed,
        [(TrialState.Running, TrialMove.Cancel)] = TrialState.Cancelled,
        [(TrialState.Running, TrialMove.Stop)] = TrialState.Stopped,
        [(TrialState.Failed, TrialMove.Retry)] = TrialState.Queued,
        [(TrialState.Cancelled, TrialMove.Retry)] = TrialState.Queued,
        [(TrialState.Stopped, TrialMove.Resume)] = TrialState.Queued,
    };

    public static TheoryData<TrialState, TrialMove> Pairs() =>
        [.. Enum.GetValues<TrialState>().SelectMany(state => Enum.GetValues<TrialMove>().Select(move => (state, move)))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_move_from_each_state_is_in_the_table_or_refused_and_Allows_agrees(TrialState state, TrialMove move)
    {
        var legal = Legal.TryGetValue((state, move), out var next);
        Assert.Equal(legal, state.Allows(move));
        if (legal)
            Assert.Equal(next, state.After(move));
        else
            Assert.Equal($"A trial that is {state} cannot {move}.", Assert.Throws<IllegalMoveException>(() => state.After(move)).Message);
    }

    [Fact]
    public void A_trial_is_over_when_only_a_user_can_move_it() =>
        Assert.All(Enum.GetValues<TrialState>(), state =>
            Assert.Equal(state.IsOver(), Enum.GetValues<TrialMove>()
                .All(move => move is TrialMove.Retry or TrialMove.Resume || !state.Allows(move))));
}
