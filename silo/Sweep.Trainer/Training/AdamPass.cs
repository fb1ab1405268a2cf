using System.Numerics;
using System.Runtime.CompilerServices;
using Sweep.Domain.Search;
using Sweep.Trainer.Models.Passes;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>
/// A step of Adam or AdamW on a CPU in one pass over the numbers, where torch's optimizer makes about ten. With 20,000 distinct characters
/// the embedding and the head alone are 10 million weights, and each pass reads and writes most of 100 MB. With the gradient g, the mean
/// m, the square v, the weight p, the learning rate η and the decay λ:
/// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
/// Adam adds λp to g first, AdamW multiplies p with 1 − ηλ first.
/// Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; with the defaults
/// of torch.optim.
/// </summary>
internal sealed unsafe class AdamPass(TrialParameters trial)
{
    private const double KeepOfMean = 0.9;
    private const double KeepOfSquare = 0.999;
    private const float Epsilon = 1e-8f;

    private readonly bool _decoupled = trial.Optimizer == OptimizerKind.AdamW;

    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="scale">Multiplies the gradient first.</param>
    /// <param name="values">float32 [n], like the gradient and the two moments.</param>
    public void Step(long step, float scale, Tensor values, Tensor gradient, Tensor mean, Tensor square)
    {
        var rates = new Rates(
            scale,
            DecayOfGradient: _decoupled ? 0 : (float)trial.WeightDecay,
            KeepOfValue: _decoupled ? (float)(1 - (trial.LearningRate * trial.WeightDecay)) : 1,
            Stride: (float)(trial.LearningRate / (1 - Math.Pow(KeepOfMean, step))),
            Root: (float)(1 / Math.Sqrt(1 - Math.Pow(KeepOfSquare, step))));
        var (p, g) = (new Address(values), new Address(gradient));
        var (m, v) = (new Address(mean), new Address(square));
        var count = values.NumberOfElements;
        Chunks.Run(Chunks.Of(count), count, (_, begin, end) =>
            Step(rates, p.At(begin), g.At(begin), m.At(begin), v.At(begin), end - begin));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step(Rates rates, float* values, float* gradients, float* means, float* squares, long length)
    {
        for (long place = 0; place < length; place += Vector<float>.Count)
        {
            var count = (int)Math.Min(length - place, Vector<float>.Count);
            var value = Lanes.Load(values + place, count);
            var gradient = (Lanes.Load(gradients + place, count) * rates.Scale) + (value * rates.DecayOfGradient);
            var mean = (Lanes.Load(means + place, count) * (float)KeepOfMean) + (gradient * (float)(1 - KeepOfMean));
            var square = (Lanes.Load(squares + place, count) * (float)KeepOfSquare)
                + (gradient * gradient * (float)(1 - KeepOfSquare));
            var root = (Vector.SquareRoot(square) * rates.Root) + Vector.Create(Epsilon);
            Lanes.Store(mean, means + place, count);
            Lanes.Store(square, squares + place, count);
            Lanes.Store((value * rates.KeepOfValue) - (mean * rates.Stride / root), values + place, count);
        }
    }

    /// <summary>What is the same for all numbers of a step.</summary>
    private readonly record struct Rates(float Scale, float DecayOfGradient, float KeepOfValue, float Stride, float Root);

    private readonly struct Address(Tensor tensor)
    {
        private readonly float* _first = StepBuffer.AddressOf(tensor);

        public float* At(long place) => _first + place;
    }
}
