using Sweep.Trainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Results;

/// <summary>
/// Speed of a model's inference on this device. Where one thread of a CPU computes, its processor time is measured, so that other processes
/// on the machine do not decide the answer. Several threads, and a GPU, are measured by wall time: the sum of their processor times is not
/// how long an answer takes.
/// </summary>
/// <param name="Window">Time for a single window.</param>
/// <param name="WindowsPerSecond">Throughput with batches of 256 windows.</param>
internal sealed record InferenceSpeed(MedianTime Window, double WindowsPerSecond)
{
    private const int Batch = 256;

    /// <summary>The fewest measurements of which the interval of a median can be given.</summary>
    private const int Fewest = 6;

    private const int WarmUps = 5;

    /// <summary>The time for all measurements, half of it for single windows.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    /// <param name="window">Character ids, int64 [1, length].</param>
    /// <param name="step">Called after each pass.</param>
    public static InferenceSpeed Measure(CharacterModel model, Tensor window, Action step)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var batch = window.expand(Batch, -1).contiguous();
        var start = TimeProvider.System.GetTimestamp();
        var byProcessor = window.device_type == DeviceType.CPU && get_num_threads() == 1;

        for (var pass = 0; pass < WarmUps; pass++)
            Once(window);
        var single = MedianTime.Measure(() => Once(window), Fewest, () => IsSpent(Budget / 2));
        var warmUp = Once(batch);
        var many = IsSpent(Budget) ? MedianTime.Of([warmUp]) : MedianTime.Measure(() => Once(batch), fewest: 1, () => IsSpent(Budget));
        return new(single, Batch / many.Median.TotalSeconds);

        bool IsSpent(TimeSpan budget) => TimeProvider.System.GetElapsedTime(start) >= budget;

        TimeSpan Once(Tensor windows)
        {
            using var inner = NewDisposeScope();
            var before = Now();
            // Reading an element waits until a GPU has finished.
            model.Logits(windows)[0, 0].item<float>();
            var time = Now() - before;
            step();
            return time;
        }

        TimeSpan Now() => byProcessor
            ? NativeProcess.ThreadProcessorTime
            : TimeProvider.System.GetElapsedTime(0, TimeProvider.System.GetTimestamp());
    }
}
