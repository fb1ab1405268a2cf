using Sweep.Domain.Search;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// Turns input rows, already multiplied with the input weights, into the rows of each step, first to last: [batch, gates · h].
/// The first layer looks the rows up by character; the deeper layers cut them from one product.
/// </summary>
internal delegate IEnumerable<Tensor> StepRows(Tensor projected);

/// <summary>
/// One recurrent layer as a loop over the steps, with the names, shapes and equations of torch.nn.
/// The products that do not depend on the state are computed once for all input rows.
/// </summary>
/// <param name="InputWeights">weight_ih [gates · h, h].</param>
/// <param name="StateWeights">weight_hh [gates · h, h].</param>
/// <param name="InputBias">bias_ih [gates · h].</param>
/// <param name="StateBias">bias_hh [gates · h].</param>
internal abstract record RecurrentLayer(Parameter InputWeights, Parameter StateWeights, Parameter InputBias, Parameter StateBias)
{
    public static RecurrentLayer Of(
        CellKind cell, Parameter inputWeights, Parameter stateWeights, Parameter inputBias, Parameter stateBias) =>
        cell switch
        {
            CellKind.Rnn => new RnnLayer(inputWeights, stateWeights, inputBias, stateBias),
            CellKind.Lstm => new LstmLayer(inputWeights, stateWeights, inputBias, stateBias),
            CellKind.Gru => new GruLayer(inputWeights, stateWeights, inputBias, stateBias),
            _ => throw new ArgumentOutOfRangeException(nameof(cell), cell, null),
        };

    /// <summary>The states after each step, [batch, h], from a zero state.</summary>
    /// <param name="inputs">Input rows, [rows, h].</param>
    public abstract IEnumerable<Tensor> States(Tensor inputs, StepRows steps);
}
