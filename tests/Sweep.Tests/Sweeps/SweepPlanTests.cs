using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class SweepPlanTests
{
    [Fact]
    public void A_plan_has_the_size_and_the_cost_of_each_trial()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("lstm")),
            Choice("sequence_length", Whole(4)),
            Choice("hidden_size", Whole(3)),
            Choice("batch_size", Word("full")));
        var plan = SweepPlan.Of(Spec(space), characters: 14, vocabulary: 5);
        Assert.Equal([1, 2], plan.Trials.Select(trial => trial.Number));
        var lstm = plan.Trials[1];
        // ModelShapeTests explains the numbers of the model. Of the 10 windows 2 are held out, and the other 8 are the batch.
        Assert.Equal((8, 2), (lstm.Windows.Training, lstm.Windows.Validation));
        Assert.Equal((131, 524, 339), (lstm.ModelParameters, lstm.ModelBytes, lstm.Macs));
        // So small a model takes no more than the process does.
        Assert.Equal(215, lstm.TrainingBytes >> 20);
        Assert.Equal((4 * 524, 30), (lstm.CheckpointBytes, lstm.CheckpointSeconds));
    }

    [Theory]
    [InlineData(0, 1_024, 4 * 4 * ((8 * 1_024 * 1_024) + (18 * 1_024) + 5) / 1e6)]
    [InlineData(30, 3, 30)]
    public void A_large_checkpoint_is_written_less_often_than_the_file_asks(double every, int hidden, double seconds)
    {
        // An LSTM of width h with an embedding and a head of 5 characters has 8h² + 18h + 5 parameters.
        var plan = SweepPlan.Of(
            Spec(Of(Choice("hidden_size", Whole(hidden)))) with { Checkpoint = new(every) }, characters: 1_000, vocabulary: 5);
        Assert.Equal(seconds, plan.Trials[0].CheckpointSeconds, 1e-9);
    }

    [Theory]
    [InlineData(
        SplitKind.Tail, 0,
        "Split: tail with 20 % held out. Every trial predicts the same 1,884 characters in training, 472 in validation; "
            + "the first 30 only begin windows.")]
    [InlineData(
        SplitKind.Random, 0.1,
        "Split: random with 20 % held out and 10 % for the test. Every trial predicts the same 1,648 characters in training, "
            + "472 in validation and 236 in the test; the first 30 only begin windows.")]
    [InlineData(SplitKind.Windows, 0.1, "Split: windows with 20 % held out and 10 % for the test. Each trial splits its own windows.")]
    public void A_plan_says_how_the_text_is_split(SplitKind split, double test, string sentence)
    {
        var spec = Spec(Of(Choice("sequence_length", Whole(10), Whole(30))), split: split);
        spec = (spec with { Dataset = spec.Dataset with { Test = test } }).WithFirstTarget();
        Assert.Equal(sentence, Sweep.Domain.Reports.SplitText.Plan(spec.Dataset, characters: 2_386));
        var windows = SweepPlan.Of(spec, 2_386, 60).Trials.Select(trial => trial.Windows);
        Assert.Equal(split == SplitKind.Windows ? 2 : 1, windows.Distinct().Count());
    }

    [Fact]
    public void A_plan_of_100_000_trials_has_them_all()
    {
        var space = Of(Range("learning_rate", 1e-4, 1, Scale.Log, count: 1000), Range("hidden_size", 1, 100, step: 1));
        var plan = SweepPlan.Of(Spec(space), 10_000, 60);
        Assert.Equal(100_000, plan.Trials.Count);
        Assert.Equal((100_000, 100), (plan.Trials[^1].Number, plan.Trials[^1].Parameters.ForModel().HiddenSize));
    }
}
