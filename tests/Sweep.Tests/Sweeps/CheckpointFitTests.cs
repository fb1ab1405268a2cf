using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Tests.Trainer;

namespace Sweep.Tests.Sweeps;

public sealed class CheckpointFitTests
{
    // An LSTM of width h with an embedding and a head of 60 characters has 8h² + 128h + 60 parameters of 4 bytes.
    private static readonly TrialParameters Wide = TrialOrders.Parameters(CellKind.Lstm) with { HiddenSize = 4_000 };

    [Fact]
    public void A_checkpoint_that_cannot_be_stored_is_refused_with_what_makes_it_smaller()
    {
        Assert.Equal(
            "parameters.hidden_size: found 4000, which with 1 layer and 60 distinct characters makes a checkpoint of 2.06 GB; at most 0.5 GB "
                + "can be stored; use a smaller hidden_size, fewer layers, or optimizer: sgd, which has no moments to keep.",
            CheckpointFit.Problem(Wide, vocabulary: 60)!.ToString());
        // The weights and the best ones alone take 1.03 GB.
        Assert.NotNull(CheckpointFit.Problem(Wide with { Optimizer = OptimizerKind.Sgd }, vocabulary: 60));
    }

    [Fact]
    public void The_largest_checkpoint_that_can_be_stored_is_allowed()
    {
        // 4 · 4 · (8h² + 128h + 60) is 499.8 million bytes at 1,968, and 500.3 million at 1,969.
        Assert.Null(CheckpointFit.Problem(Wide with { HiddenSize = 1_968 }, vocabulary: 60));
        Assert.NotNull(CheckpointFit.Problem(Wide with { HiddenSize = 1_969 }, vocabulary: 60));
        Assert.Null(CheckpointFit.Problem(Wide with { HiddenSize = 2_787, Optimizer = OptimizerKind.Sgd }, vocabulary: 60));
    }
}
