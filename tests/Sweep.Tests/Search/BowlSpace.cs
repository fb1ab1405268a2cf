using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

/// <summary>A function on four dimensions whose lowest value, 0, is inside the space on each of them.</summary>
internal static class BowlSpace
{
    public static SearchSpace Space { get; } = Of(
        Range("learning_rate", 1e-5, 1, Scale.Log),
        Range("dropout", 0, 0.9),
        Range("weight_decay", 0, 1),
        Range("gradient_clipping", 0, 1));

    public static double? Score(ParameterMap trial)
    {
        var typed = trial.ForModel();
        double[] distances =
        [
            (Math.Log10(typed.LearningRate) + 3) / 5, (typed.Dropout - 0.2) / 0.9, typed.WeightDecay - 0.7, typed.GradientClipping - 0.4,
        ];
        return distances.Sum(distance => distance * distance);
    }
}
