using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// i, f, o = σ(W x + b + U h + c), g = tanh(…); c' = f⊙c + i⊙g; h' = o⊙tanh c'.
/// Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM states it (gates in the order i, f,
/// g, o).
/// </summary>
internal sealed record LstmLayer(Parameter InputWeights, Parameter StateWeights, Parameter InputBias, Parameter StateBias)
    : RecurrentLayer(InputWeights, StateWeights, InputBias, StateBias)
{
    public override IEnumerable<Tensor> States(Tensor inputs, StepRows steps)
    {
        var projected = addmm(InputBias + StateBias, inputs, InputWeights.t(), beta: 1, alpha: 1);
        var weights = StateWeights.t();
        Tensor? state = null, memory = null;
        foreach (var input in steps(projected))
        {
            (state, memory) = Step(input, weights, state, memory);
            input.Dispose();
            yield return state;
        }
    }

    private static (Tensor State, Tensor Memory) Step(Tensor input, Tensor weights, Tensor? state, Tensor? memory)
    {
        // Intermediate tensors are freed at once, so that the next step writes into memory that is still in the CPU's cache.
        using var scope = NewDisposeScope();
        var gates = (state is null ? input : addmm(input, state, weights, beta: 1, alpha: 1)).chunk(4, dim: 1);
        var (write, keep, candidate, read) = (gates[0].sigmoid(), gates[1].sigmoid(), gates[2].tanh(), gates[3].sigmoid());
        var next = memory is null ? write * candidate : addcmul(keep * memory, write, candidate, value: 1);
        return scope.MoveToOuter(read * next.tanh(), next);
    }
}
