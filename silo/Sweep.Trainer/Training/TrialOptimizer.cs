using Sweep.Domain.Search;
using Sweep.Trainer.Models;
using TorchSharp;
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

    /// <summary>Null where torch's own steps are taken: on a GPU, and with SGD, which has one short pass anyway.</summary>
    private readonly AdamPass? _adam;

    /// <summary>What <see cref="_adam"/> updates.</summary>
    private readonly (Parameter Parameter, Tensor Mean, Tensor Square)[] _moments = [];

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
        if (buffers[0].Values.device.type != DeviceType.CPU || trial.Optimizer == OptimizerKind.Sgd)
            return;
        _adam = new(trial);
        _moments = [.. _states.SelectMany(pair =>
        {
            var (mean, square) = MomentsOf(pair.State)!.Value;
            return pair.Buffer.Parameters.Zip(pair.Buffer.PartsOf(mean), pair.Buffer.PartsOf(square)).Select(part =>
                (part.First.Value, part.Second.Value.DetachFromDisposeScope(), part.Third.Value.DetachFromDisposeScope()));
        })];
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
        Steps++;
        if (_adam is null)
            StepOfTorch();
        else
            StepInOnePass(_adam);
    }

    /// <summary>
    /// The moments of each parameter by name. They are parts of the optimizer's own tensors, so that filling them restores its state. SGD
    /// without momentum has none.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments() => _states.SelectMany(pair =>
        MomentsOf(pair.State) is not var (mean, square) ? [] : pair.Buffer.PartsOf(mean)
            .Select(part => KeyValuePair.Create($"{part.Key}.exp_avg", part.Value))
            .Concat(pair.Buffer.PartsOf(square).Select(part => KeyValuePair.Create($"{part.Key}.exp_avg_sq", part.Value))));

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

    public void Dispose()
    {
        foreach (var (_, mean, square) in _moments)
        {
            mean.Dispose();
            square.Dispose();
        }

        _optimizer.Dispose();
    }

    private void StepInOnePass(AdamPass adam)
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. _buffers.SelectMany(buffer => buffer.Gradients())];
        var scale = _clipping > 0 ? Scale(gradients).item<float>() : 1;
        foreach (var ((parameter, mean, square), gradient) in _moments.Zip(gradients))
            adam.Step(Steps, scale, parameter, gradient, mean, square);
    }

    private void StepOfTorch()
    {
        foreach (var buffer in _buffers)
            buffer.GatherGradients();
        if (_clipping > 0)
        {
            using var scope = NewDisposeScope();
            // The factor is not read here, so that no step waits for a GPU.
            var factor = Scale(_buffers.Select(buffer => buffer.Values.grad!));
            foreach (var buffer in _buffers)
                buffer.Values.grad!.mul_(factor);
        }

        _optimizer.step();
    }

    /// <summary>
    /// What scales the gradients down so that the norm of all of them is at most the trial's. Source: torch.nn.utils.clip_grad_norm_.
    /// </summary>
    private Tensor Scale(IEnumerable<Tensor> gradients) =>
        (_clipping / (stack(gradients.Select(gradient => gradient.norm())).norm() + 1e-6)).clamp_(max: 1);

    /// <summary>The moments that an optimizer keeps of its parameters; null for SGD without momentum, which keeps none.</summary>
    private static (Tensor Mean, Tensor Square)? MomentsOf(OptimizerState state) => state switch
    {
        Adam.State adam => (adam.exp_avg, adam.exp_avg_sq),
        AdamW.State adam => (adam.exp_avg, adam.exp_avg_sq),
        SGD.State => null,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state.GetType().Name, "An optimizer whose state is not known."),
    };
}
