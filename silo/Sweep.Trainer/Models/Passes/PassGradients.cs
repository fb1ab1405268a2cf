using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>What a backward pass carries from each step to the one before, and what it sums over the steps.</summary>
/// <param name="state">The gradient of the state, [batch, h].</param>
/// <param name="memory">The gradient of the memory, [batch, h]; null where no later step uses it.</param>
/// <param name="rows">The gradient of the rows for each thread that shares them, [threads or 1, rows, gates · h].</param>
/// <param name="bias">The gradient of the bias for each thread, [threads, h].</param>
internal sealed unsafe class PassGradients(Tensor state, Tensor? memory, Tensor rows, Tensor? bias)
{
    private readonly long _h = state.shape[1];
    private readonly long _rowsOfThread = rows.shape[1] * rows.shape[2];
    private readonly float* _state = StepBuffer.AddressOf(state);
    private readonly float* _memory = memory is null ? null : StepBuffer.AddressOf(memory);
    private readonly float* _rows = StepBuffer.AddressOf(rows);
    private readonly float* _bias = bias is null ? null : StepBuffer.AddressOf(bias);

    public Tensor State => state;

    public Tensor Rows => rows;

    public Tensor? Bias => bias;

    public float* RowsOf(int thread) => _rows + (thread * _rowsOfThread);

    public CellGradient Of(int thread, long window) => new(
        _state + (window * _h), _memory is null ? null : _memory + (window * _h), _bias is null ? null : _bias + (thread * _h));
}
