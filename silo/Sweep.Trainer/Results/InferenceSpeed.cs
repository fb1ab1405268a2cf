using Sweep.Trainer.Models;
using static TorchSharp.torch;

namespace Sweep.Trainer.Results;

/// <summary>Speed of a model's inference on this device.</summary>
/// <param name="MillisecondsPerWindow">Median time for a single window.</param>
/// <param name="WindowsPerSecond">Throughput with batches of 256 windows.</param>
internal sealed record InferenceSpeed(double MillisecondsPerWindow, double WindowsPerSecond)
{
    private const int Batch = 256;

    /// <param name="window">Character ids, int64 [1, length].</param>
    /// <param name="step">Called after each measurement.</param>
    public static InferenceSpeed Measure(CharacterModel model, Tensor window, TimeProvider clock, Action step)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var batch = window.expand(Batch, -1).contiguous();
        return new(Median(window, times: 10).TotalMilliseconds, Batch / Median(batch, times: 3).TotalSeconds);

        TimeSpan Median(Tensor windows, int times)
        {
            var warmUp = times / 5;
            return Enumerable.Range(0, warmUp + times).Select(_ => Once(windows)).Skip(warmUp).Order().ElementAt(times / 2);
        }

        TimeSpan Once(Tensor windows)
        {
            using var inner = NewDisposeScope();
            var start = clock.GetTimestamp();
            // Reading an element waits until a GPU has finished.
            model.Logits(windows)[0, 0].item<float>();
            var elapsed = clock.GetElapsedTime(start);
            step();
            return elapsed;
        }
    }
}
