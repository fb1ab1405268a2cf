using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>What a layer gets at each step.</summary>
/// <param name="Rows">Rows to choose from, already multiplied with the input weights and with the biases added, [rows, gates · h].</param>
/// <param name="Places">The row of each window at each step, int64 [length, batch]; null where the rows are in this order.</param>
/// <param name="Length">Steps.</param>
/// <param name="Batch">Windows.</param>
internal sealed record LayerInput(Tensor Rows, Tensor? Places, int Length, int Batch);
