using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Sweeps;

public sealed class SweepStateTests
{
    private static readonly Dictionary<(SweepState, SweepMove), SweepState> Legal = new()
    {
        [(SweepState.Running, SweepMove.Pause)] = SweepState.Paused,
        [(SweepState.Running, SweepMove.Complete)] = SweepState.Completed,
        [(SweepState.Running, SweepMove.Cancel)] = SweepState.Cancelled,
        [(SweepState.Running, SweepMove.Retry)] = SweepState.Running,
        [(SweepState.Running, SweepMove.Resume)] = SweepState.Running,
        [(SweepState.Paused, SweepMove.Pause)] = SweepState.Paused,
        [(SweepState.Cancelled, SweepMove.Cancel)] = SweepState.Cancelled,
        [(SweepState.Completed, SweepMove.Complete)] = SweepState.Completed,
        [(SweepState.Paused, SweepMove.Resume)] = SweepState.Running,
        [(SweepState.Paused, SweepMove.Cancel)] = SweepState.Cancelled,
        [(SweepState.Paused, SweepMove.Complete)] = SweepState.Completed,
        [(SweepState.Paused, SweepMove.Retry)] = SweepState.Paused,
        [(SweepState.Completed, SweepMove.Retry)] = SweepState.Running,
        [(SweepState.Cancelled, SweepMove.Retry)] = SweepState.Running,
    };

    public static TheoryData<SweepState, SweepMove> Pairs() =>
        [.. Enum.GetValues<SweepState>().SelectMany(state => Enum.GetValues<SweepMove>().Select(move => (state, move)))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_move_from_each_state_is_in_the_table_or_refused_with_a_sentence(SweepState state, SweepMove move)
    {
        if (Legal.TryGetValue((state, move), out var next))
            Assert.Equal(next, state.After(move));
        else
            Assert.Matches(
                $"^A sweep that is {state.ToString().ToLowerInvariant()} cannot (be )?[a-z ]+\\.$",
                Assert.Throws<IllegalMoveException>(() => state.After(move)).Message);
    }

    [Fact]
    public void An_order_that_is_repeated_changes_nothing_more()
    {
        foreach (var ((state, move), next) in Legal)
            Assert.Equal(next, state.After(move).After(move));
    }
}
