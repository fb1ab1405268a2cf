using Sweep.Domain.Search;
using Sweep.Trainer.Models.Passes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>One recurrent layer with the names and shapes of torch.nn.</summary>
/// <param name="InputWeights">weight_ih [gates · h, h].</param>
/// <param name="StateWeights">weight_hh [gates · h, h].</param>
/// <param name="InputBias">bias_ih [gates · h].</param>
/// <param name="StateBias">bias_hh [gates · h].</param>
internal sealed record RecurrentLayer(
    CellKind Cell, Parameter InputWeights, Parameter StateWeights, Parameter InputBias, Parameter StateBias) : IDisposable
{
    private readonly PassMemoryPool _memory = new();

    private readonly ICell _cell = Cell switch
    {
        CellKind.Rnn => new RnnCell(),
        CellKind.Lstm => new LstmCell(),
        CellKind.Gru => new GruCell(),
        _ => throw new ArgumentOutOfRangeException(nameof(Cell), Cell, null),
    };

    /// <summary>The states after each step, [length, batch, h], or after the last one, [batch, h], from a zero state.</summary>
    /// <param name="inputs">Input rows, [rows, h]. The products that do not depend on the state are computed once for all of them.</param>
    /// <param name="places">The row of each window at each step, int64 [length, batch]; null where the rows are in this order.</param>
    public Tensor States(Tensor inputs, Tensor? places, int length, int batch, bool all)
    {
        // The reset gate of a GRU multiplies only the state's part of the candidate, whose bias is therefore kept apart from the input's.
        var h = StateWeights.shape[1];
        var parts = Cell == CellKind.Gru ? StateBias.split([2 * h, h]) : null;
        var (bias, apart) = parts is null ? (StateBias, null) : (nn.functional.pad(parts[0], [0, h]), parts[1].contiguous());
        var rows = addmm(InputBias + bias, inputs, InputWeights.t(), beta: 1, alpha: 1);
        var keep = is_grad_enabled() && (rows.requires_grad || StateWeights.requires_grad);
        var pass = new LayerPass(_cell, new(rows, places, length, batch), StateWeights, apart, _memory, all, keep);
        return keep ? LayerFunction.Apply(pass) : pass.Forward();
    }

    public void Dispose() => _memory.Dispose();
}
