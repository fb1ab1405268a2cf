using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// r, z = σ(W x + b + U h + c); n = tanh(W x + b + r⊙(U h + c)); h' = (1−z)⊙n + z⊙h.
/// Source: Cho et al. 2014, with the reset gate after the product, as torch.nn.GRU states it (gates in the order r, z, n).
/// </summary>
internal sealed record GruLayer(Parameter InputWeights, Parameter StateWeights, Parameter InputBias, Parameter StateBias)
    : RecurrentLayer(InputWeights, StateWeights, InputBias, StateBias)
{
    public override IEnumerable<Tensor> States(Tensor inputs, StepRows steps)
    {
        // The state's bias of n is kept apart from the input's, since the reset gate multiplies only the state's.
        var h = StateWeights.shape[1];
        long[] parts = [2 * h, h];
        var (stateBias, inputBias) = (StateBias.split(parts), InputBias.split(parts));
        var inputWeights = InputWeights.split(parts);
        var weights = StateWeights.split(parts);
        var gateWeights = weights[0].t();
        var candidateWeights = weights[1].t();
        var gateInputs = steps(addmm(inputBias[0] + stateBias[0], inputs, inputWeights[0].t(), beta: 1, alpha: 1));
        var candidateInputs = steps(addmm(inputBias[1], inputs, inputWeights[1].t(), beta: 1, alpha: 1));
        Tensor? state = null;
        foreach (var (gateInput, candidateInput) in gateInputs.Zip(candidateInputs))
        {
            state = Step(gateInput, candidateInput, gateWeights, candidateWeights, stateBias[1], state);
            gateInput.Dispose();
            candidateInput.Dispose();
            yield return state;
        }
    }

    private static Tensor Step(
        Tensor gateInput, Tensor candidateInput, Tensor gateWeights, Tensor candidateWeights, Tensor candidateBias, Tensor? state)
    {
        // Intermediate tensors are freed at once, so that the next step writes into memory that is still in the CPU's cache.
        using var scope = NewDisposeScope();
        var gates = (state is null ? gateInput : addmm(gateInput, state, gateWeights, beta: 1, alpha: 1)).sigmoid().chunk(2, dim: 1);
        var (reset, update) = (gates[0], gates[1]);
        var recurrent = state is null ? candidateBias : addmm(candidateBias, state, candidateWeights, beta: 1, alpha: 1);
        var candidate = addcmul(candidateInput, reset, recurrent, value: 1).tanh();
        return scope.MoveToOuter(state is null ? candidate - (update * candidate) : lerp(candidate, state, update));
    }
}
