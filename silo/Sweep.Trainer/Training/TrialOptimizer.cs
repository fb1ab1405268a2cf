using Sweep.Domain.Search;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>The optimizer of a trial, with torch's defaults for everything that the trial does not set, and its state as tensors.</summary>
internal sealed class TrialOptimizer : IDisposable
{
    private readonly IReadOnlyDictionary<string, Parameter> _parameters;
    private readonly double _clipping;
    private readonly optim.Optimizer _optimizer;
    private readonly (string Name, OptimizerState State)[] _states;

    public TrialOptimizer(TrialParameters trial, IReadOnlyDictionary<string, Parameter> parameters)
    {
        _parameters = parameters;
        _clipping = trial.GradientClipping;
        OptimizerHelper optimizer = trial.Optimizer switch
        {
            OptimizerKind.Adam => optim.Adam(parameters.Values, trial.LearningRate, weight_decay: trial.WeightDecay),
            OptimizerKind.AdamW => optim.AdamW(parameters.Values, trial.LearningRate, weight_decay: trial.WeightDecay),
            OptimizerKind.Sgd => optim.SGD(parameters.Values, trial.LearningRate, weight_decay: trial.WeightDecay),
            _ => throw new ArgumentOutOfRangeException(nameof(trial), trial.Optimizer, null),
        };
        _optimizer = optimizer;
        _states = [.. parameters.Keys.Zip(optimizer.state_dict().State)];
        // Gradients start as zeros instead of null. With windows of one character no gradient reaches the state's weights, and torch's
        // modules have zeros there.
        foreach (var parameter in parameters.Values)
            parameter.grad = zeros_like(parameter).DetachFromDisposeScope();
    }

    /// <summary>Number of steps taken.</summary>
    public long Steps { get; private set; }

    public void ZeroGradients() => _optimizer.zero_grad();

    public void Step()
    {
        if (_clipping > 0)
            nn.utils.clip_grad_norm_(_parameters.Values, _clipping);
        _optimizer.step();
        Steps++;
    }

    /// <summary>
    /// The moments of each parameter by name. They are the optimizer's own tensors, so that filling them restores its state. SGD without
    /// momentum has none.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments() => _states.SelectMany(pair => pair.State switch
    {
        Adam.State adam => Pairs(pair.Name, adam.exp_avg, adam.exp_avg_sq),
        AdamW.State adam => Pairs(pair.Name, adam.exp_avg, adam.exp_avg_sq),
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

    private static KeyValuePair<string, Tensor>[] Pairs(string name, Tensor mean, Tensor square) =>
        [new($"{name}.exp_avg", mean), new($"{name}.exp_avg_sq", square)];
}
