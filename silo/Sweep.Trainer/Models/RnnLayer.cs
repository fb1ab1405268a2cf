using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>h' = tanh(W x + b + U h + c). Source: Elman 1990, as torch.nn.RNN states it.</summary>
internal sealed record RnnLayer(Parameter InputWeights, Parameter StateWeights, Parameter InputBias, Parameter StateBias)
    : RecurrentLayer(InputWeights, StateWeights, InputBias, StateBias)
{
    public override IEnumerable<Tensor> States(Tensor inputs, StepRows steps)
    {
        var projected = addmm(InputBias + StateBias, inputs, InputWeights.t(), beta: 1, alpha: 1);
        var weights = StateWeights.t();
        Tensor? state = null;
        foreach (var input in steps(projected))
        {
            state = Step(input, weights, state);
            input.Dispose();
            yield return state;
        }
    }

    private static Tensor Step(Tensor input, Tensor weights, Tensor? state)
    {
        if (state is null)
            return input.tanh();
        using var sum = addmm(input, state, weights, beta: 1, alpha: 1);
        return sum.tanh();
    }
}
