using Sweep.Domain.Search;
using Sweep.Trainer.Models;
using Sweep.Trainer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

[Collection(TorchCollection.Name)]
public sealed class AdamPassTests
{
    /// <summary>Widths that vectors divide and that they do not.</summary>
    private static readonly long[] Widths = [3, 64, 1001];

    [Theory]
    [InlineData(OptimizerKind.Adam, 0, 0)]
    [InlineData(OptimizerKind.Adam, 0.1, 0.5)]
    [InlineData(OptimizerKind.AdamW, 0, 0)]
    [InlineData(OptimizerKind.AdamW, 0.1, 0.5)]
    public void Ten_steps_in_one_pass_equal_those_of_torchs_optimizer(OptimizerKind kind, double decay, double clipping)
    {
        using var scope = NewDisposeScope();
        var trial = TrialOrders.Parameters(CellKind.Lstm) with
        {
            Optimizer = kind,
            WeightDecay = decay,
            GradientClipping = clipping,
            LearningRate = 0.02,
        };
        using var generator = new Generator(3);
        Tensor[] first = [.. Widths.Select(width => randn([width], generator: generator))];
        using var buffer = ParameterBuffer.Copy(first.Select((tensor, place) => KeyValuePair.Create($"{place}", tensor)), CPU);
        using var ours = new TrialOptimizer(trial, [buffer]);
        Parameter[] expected = [.. first.Select(tensor => new Parameter(tensor.clone()))];
        using var torchs = kind == OptimizerKind.Adam
            ? (optim.Optimizer)optim.Adam(expected, trial.LearningRate, weight_decay: decay)
            : optim.AdamW(expected, trial.LearningRate, weight_decay: decay);

        for (var step = 0; step < 10; step++)
        {
            foreach (var ((_, parameter), peer) in buffer.Parameters.Zip(expected))
            {
                parameter.grad = randn([peer.NumberOfElements], generator: generator);
                peer.grad = parameter.grad.clone();
            }

            if (clipping > 0)
                nn.utils.clip_grad_norm_(expected, clipping);
            ours.Step();
            torchs.step();
        }

        Assert.All(buffer.Parameters.Zip(expected), pair =>
            Assert.InRange((pair.First.Value - pair.Second).abs().max().item<float>(), 0, 1e-6));
        Assert.Equal(10, ours.Steps);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit_of_a_step()
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        using var generator = new Generator(3);
        Tensor Draw() => randn([1001], generator: generator);
        var (values, gradient, mean, square) = (Draw(), Draw(), Draw(), Draw().abs());
        var copies = (values.clone(), mean.clone(), square.clone());
        try
        {
            set_num_threads(1);
            var pass = new AdamPass(TrialOrders.Parameters(CellKind.Lstm));
            pass.Step(7, 1, copies.Item1, gradient, copies.Item2, copies.Item3);
            set_num_threads(3);
            pass.Step(7, 1, values, gradient, mean, square);
        }
        finally
        {
            set_num_threads(before);
        }

        Assert.Equal(copies.Item1.data<float>().ToArray(), values.data<float>().ToArray());
    }
}
