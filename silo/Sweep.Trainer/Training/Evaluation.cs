using Sweep.Trainer.Data;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>What a model reaches on some windows.</summary>
/// <param name="Loss">Mean cross-entropy, nats a character.</param>
/// <param name="LossError">
/// Standard error of <paramref name="Loss"/>: the sample deviation of the windows' losses over the root of their number. Null with one
/// window.
/// </param>
/// <param name="Accuracy">Share of windows whose most likely next character is the right one, in [0, 1].</param>
internal sealed record WindowLosses(double Loss, double? LossError, double Accuracy);

/// <summary>Measures the model on windows that it is not trained on.</summary>
/// <param name="batch">Windows in a batch.</param>
/// <param name="step">Called after each batch.</param>
internal sealed class Evaluation(TextWindows windows, TrainingState state, int batch, Action step)
{
    /// <param name="starts">Where the windows start, int64 [windows], at least one.</param>
    /// <param name="isStopped">Asked before each batch.</param>
    /// <returns>Null when it was stopped.</returns>
    public WindowLosses? Over(Tensor starts, Func<bool> isStopped)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        // The sums stay on the device and are read once.
        var lossSum = zeros(1, float64, starts.device);
        var moments = zeros(2, float64, starts.device);
        var right = zeros(1, int64, starts.device);
        foreach (var part in starts.split(batch))
        {
            if (isStopped())
                return null;
            using var inner = NewDisposeScope();
            var (ids, targets) = windows.At(part);
            var logits = state.Model.Logits(ids);
            // Both together are cross_entropy. The second one's sum is the loss, since it adds in another order than the moments do.
            var scores = nn.functional.log_softmax(logits, 1);
            lossSum.add_(nn.functional.nll_loss(scores, targets, reduction: nn.Reduction.Sum));
            var losses = scores.gather(1, targets.unsqueeze(1)).to(float64);
            moments.add_(stack([losses.sum(), losses.square().sum()]));
            right.add_(logits.argmax(1).eq(targets).sum());
            step();
        }

        var count = starts.shape[0];
        var (loss, accuracy) = (lossSum.item<double>() / count, right.item<long>() / (double)count);
        return new(loss, Error(moments.cpu().data<double>().ToArray(), count), accuracy);
    }

    private static double? Error(double[] moments, long count)
    {
        if (count < 2)
            return null;
        var deviations = moments[1] - (moments[0] * moments[0] / count);
        // Rounding may leave less than nothing when all losses are equal.
        return Math.Sqrt(Math.Max(0, deviations) / (count - 1) / count);
    }
}
