using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Trainer.Data;
using Sweep.Trainer.Training;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class EvaluationTests
{
    [Theory]
    [InlineData(CellKind.Rnn, 17)]
    [InlineData(CellKind.Lstm, 512)]
    [InlineData(CellKind.Gru, 1)]
    public void The_standard_error_is_the_deviation_of_the_windows_losses_over_the_root_of_their_number(CellKind cell, int batch)
    {
        using var scope = NewDisposeScope();
        using var stage = new Stage(cell);
        var starts = stage.Windows.Validation;
        var found = new Evaluation(stage.Windows, stage.State, batch, () => { }).Over(starts, () => false)!;

        var losses = Losses(stage, starts);
        var mean = losses.Average();
        var deviation = Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / (losses.Length - 1));
        Assert.Equal(mean, found.Loss, 1e-5);
        Assert.Equal(deviation / Math.Sqrt(losses.Length), found.LossError!.Value, 1e-5);
    }

    [Fact]
    public void The_loss_has_the_bits_of_the_sum_of_cross_entropies_as_before_there_was_a_standard_error()
    {
        using var scope = NewDisposeScope();
        using var stage = new Stage(CellKind.Lstm);
        var starts = stage.Windows.Validation;
        var sum = zeros(1, float64);
        foreach (var part in starts.split(50))
        {
            var (ids, targets) = stage.Windows.At(part);
            using var _ = no_grad();
            sum.add_(nn.functional.cross_entropy(stage.State.Model.Logits(ids), targets, reduction: nn.Reduction.Sum));
        }

        var found = new Evaluation(stage.Windows, stage.State, 50, () => { }).Over(starts, () => false)!;
        Assert.Equal(sum.item<double>() / starts.shape[0], found.Loss);
    }

    [Fact]
    public void One_window_has_no_standard_error_and_equal_losses_have_none_to_speak_of()
    {
        using var scope = NewDisposeScope();
        using var stage = new Stage(CellKind.Gru);
        var evaluation = new Evaluation(stage.Windows, stage.State, 512, () => { });
        Assert.Null(evaluation.Over(stage.Windows.Validation.narrow(0, 0, 1), () => false)!.LossError);
        var same = stage.Windows.Validation.narrow(0, 0, 1).expand(300).contiguous();
        Assert.InRange(evaluation.Over(same, () => false)!.LossError!.Value, 0, 1e-7);
    }

    [Fact]
    public void A_stop_while_the_test_windows_are_measured_needs_no_other_checkpoint()
    {
        using var scope = NewDisposeScope();
        using var stage = new Stage(CellKind.Rnn);
        var said = new List<TrainerEvent>();
        var stopped = false;
        var loop = new TrainingLoop(
            stage.Trial, stage.Windows, stage.State, TimeProvider.System, (happened, _) => said.Add(happened),
            () => stopped ? new TrainerCommand.Stop(Checkpoint: true) : null);
        Assert.True(loop.Run());
        stage.State.UseBestWeights();
        Assert.Equal((2, 0), said.OfType<TrainerEvent.CheckpointWritten>().Select(written => (written.Epoch, written.Step)).Last());

        var before = said.Count;
        stopped = true;
        Assert.Null(loop.Test());
        Assert.Equal(before, said.Count);
        stopped = false;
        Assert.Equal(stage.Windows.Counts.Test, loop.Test()!.Windows);
    }

    /// <summary>Computes the cross-entropy of each window in double precision, from the scores alone.</summary>
    private static double[] Losses(Stage stage, Tensor starts)
    {
        using var _ = no_grad();
        var (ids, targets) = stage.Windows.At(starts);
        var scores = stage.State.Model.Logits(ids).to(float64);
        return
        [
            .. targets.data<long>().ToArray().Select((target, row) =>
            {
                var line = scores[row].data<double>().ToArray();
                return Math.Log(line.Sum(score => Math.Exp(score - line[target])));
            }),
        ];
    }

    private sealed class Stage : IDisposable
    {
        private readonly TextDataset _text = TextWindowsTests.Load(TrialOrders.Text(900));

        public Stage(CellKind cell)
        {
            Trial = TrialOrders.Order(TrialOrders.Parameters(cell)) with { Test = 0.1 };
            Windows = new(_text, Trial);
            State = new(Trial, _text, CPU);
        }

        public TrainerCommand.Train Trial { get; }

        public TextWindows Windows { get; }

        public TrainingState State { get; }

        public void Dispose()
        {
            State.Dispose();
            Windows.Dispose();
            _text.Dispose();
        }
    }
}
