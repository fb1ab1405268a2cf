using Sweep.Domain.Search;
using Sweep.Trainer.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>The optimizer of a trial, with torch's defaults for everything that the trial does not set, and its state as tensors.</summary>
internal sealed class TrialOptimizer : IDisposable
{
    private readonly IReadOnlyList<ParameterBuffer> _buffers;
    private readonly double _clipping;
    private readonly optim.Optimizer _optimizer;
    private readonly (ParameterBuffer Buffer, OptimizerState State)[] _states;

    public TrialOptimizer(TrialParameters trial, IReadOnlyList<ParameterBuffer> buffers)
    {
        _buffers = buffers;
        _clipping = trial.GradientClipping;
        var values = buffers.Select(buffer => buffer.Values);
        OptimizerHelper optimizer = trial.Optimizer switch
        {
            OptimizerKind.Adam => optim.Adam(values, trial.LearningRate, weight_decay: trial.WeightDecay),
            OptimizerKind.AdamW => optim.AdamW(values, trial.LearningRate, weight_decay: trial.WeightDecay),
            OptimizerKind.Sgd => optim.SGD(values, trial.LearningRate, weight_decay: trial.WeightDecay),
            _ => throw new ArgumentOutOfRangeException(nameof(trial), trial.Optimizer, null),
        };
        _optimizer = optimizer;
        _states = [.. buffers.Zip(optimizer.state_dict().State)];
    }

    /// <summary>Number of steps taken.</summary>
    public long Steps { get; private set; }

    public void ZeroGradients()
    {
        foreach (var buffer in _buffers)
            buffer.ClearGradients();
    }

    public void Step()
    {
        foreach (var buffer in _buffers)
            buffer.GatherGradients();
        if (_clipping > 0)
            Clip();
        _optimizer.step();
        Steps++;
    }

    /// <summary>
    /// The moments of each parameter by name. They are parts of the optimizer's own tensors, so that filling them restores its state. SGD
    /// without momentum has none.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments() => _states.SelectMany(pair => pair.State switch
    {
        Adam.State adam => Parts(pair.Buffer, adam.exp_avg, adam.exp_avg_sq),
        AdamW.State adam => Parts(pair.Buffer, adam.exp_avg, adam.exp_avg_sq),
        SGD.State => [],
        _ => throw new ArgumentOutOfRangeException(nameof(pair), pair.State.GetType().Name, "An optimizer whose state is not known."),
    });

    /// <summary>Sets the number of steps after which the restored <see cref="Moments"/> were saved.</summary>
    public void RestoreSteps(long steps)
    {
        Steps = steps;
        foreach (var (_, state) in _states)
        {
            if (state is Adam.State adam)
                adam.step = steps;
            else if (state is AdamW.State decoupled)
                decoupled.step = steps;
        }
    }

    public void Dispose() => _optimizer.Dispose();

    /// <summary>
    /// Scales the gradients down so that the norm of all of them is at most the trial's. The norm is not read here, so that no step waits
    /// for a GPU. Source: torch.nn.utils.clip_grad_norm_.
    /// </summary>
    private void Clip()
    {
        using var scope = NewDisposeScope();
        var norm = stack(_buffers.Select(buffer => buffer.Values.grad!.norm())).norm();
        var factor = (_clipping / (norm + 1e-6)).clamp_(max: 1);
        foreach (var buffer in _buffers)
            buffer.Values.grad!.mul_(factor);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Parts(ParameterBuffer buffer, Tensor mean, Tensor square) =>
    [
        .. buffer.PartsOf(mean).Select(part => KeyValuePair.Create($"{part.Key}.exp_avg", part.Value)),
        .. buffer.PartsOf(square).Select(part => KeyValuePair.Create($"{part.Key}.exp_avg_sq", part.Value)),
    ];
}
