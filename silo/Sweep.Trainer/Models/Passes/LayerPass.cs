using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// One recurrent layer over all steps of a batch on a CPU, forward and at most once backward. With S_t the states after step t, [batch, h],
/// X_t what the input adds, [batch, gates · h], and U the weights, [gates · h, h]:
/// forward, A_t = S_(t−1) Uᵀ is one product, and the cell makes S_t of A_t and X_t;
/// backward, the cell makes dA_t of dS_t, and dS_(t−1) = dA_t U is one product;
/// at the end dU = Σ_t dA_tᵀ S_(t−1) is one product over all steps.
/// Source: backpropagation through time, Werbos 1990. Each cell states its own part.
/// </summary>
/// <param name="weights">weight_hh, U [gates · h, h].</param>
/// <param name="bias">What a GRU's candidate adds to its product, [h]; null for other cells.</param>
/// <param name="all">Whether the states after all steps are wanted, and not only those after the last one.</param>
/// <param name="keep">Whether a backward pass will follow.</param>
internal sealed unsafe class LayerPass(
    ICell cell, LayerInput input, Tensor weights, Tensor? bias, PassMemoryPool pool, bool all, bool keep)
{
    private readonly int _h = (int)weights.shape[1];
    private readonly int _threads = Chunks.Of(input.Batch);
    private readonly long* _places = input.Places is null ? null : StepBuffer.AddressOfWhole(input.Places);
    private readonly PassMemory _buffers = pool.Take();
    private StepBuffer? _gates;
    private StepBuffer? _states;
    private StepBuffer? _memory;

    public LayerInput Input => input;

    public Tensor Weights => weights;

    public Tensor? Bias => bias;

    private int Width => cell.Gates * _h;

    /// <returns>The states after all steps, [length, batch, h], or after the last step, [batch, h].</returns>
    public Tensor Forward()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _gates = new(_buffers.Buffer("gates", keep ? input.Length : 1, input.Batch, Width));
        _states = FromZeros("states", all || keep);
        _memory = cell.HasMemory ? FromZeros("memory", keep) : null;
        var transposed = weights.t();
        for (var step = 0; step < input.Length; step++)
        {
            if (step == 0)
                _gates[step].zero_();
            else
                _gates[step].addmm_(_states[step], transposed, beta: 0, alpha: 1);
            ForwardStep(step);
        }

        var states = (all ? _states.Numbers[1..] : _states[input.Length]).clone();
        if (!keep)
            Free();
        return states.MoveToOuterDisposeScope();
    }

    /// <param name="gradient">The gradient of what <see cref="Forward"/> returned.</param>
    /// <returns>The gradients of rows, weights and bias.</returns>
    public (Tensor Rows, Tensor Weights, Tensor? Bias) Backward(Tensor gradient)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var sums = new PassGradients(
            (all ? gradient[^1] : gradient).clone().contiguous(),
            cell.HasMemory && !cell.HasShortcut ? zeros(input.Batch, _h) : null,
            zeros(_places is null ? 1 : _threads, input.Rows.shape[0], Width),
            bias is null ? null : zeros(_threads, _h));
        for (var step = input.Length - 1; step >= 0; step--)
        {
            BackwardStep(step, sums);
            if (step == 0)
                break;
            sums.State.addmm_(_gates![step], weights, beta: cell.HasShortcut ? 1 : 0, alpha: 1);
            if (all)
                sums.State.add_(gradient[step - 1]);
        }

        // Before the first step the states are zero and add nothing.
        var ofWeights = input.Length == 1
            ? zeros_like(weights)
            : _gates!.Numbers[1..].view(-1, Width).t().mm(_states!.Numbers[1..^1].view(-1, _h));
        Free();
        return (
            Sum(sums.Rows).MoveToOuterDisposeScope(), ofWeights.MoveToOuterDisposeScope(),
            sums.Bias is null ? null : Sum(sums.Bias).MoveToOuterDisposeScope());

        static Tensor Sum(Tensor parts) => parts.shape[0] == 1 ? parts[0] : parts.sum(dim: 0);
    }

    private void ForwardStep(int step)
    {
        var rows = StepBuffer.AddressOf(input.Rows);
        var first = FirstWindow(step);
        Chunks.Run(_threads, input.Batch, (_, begin, end) =>
        {
            for (var window = begin; window < end; window++)
                cell.Forward(first.Window(window, Width, _h), rows + (Place(step, window) * Width), _h);
        });
    }

    private void BackwardStep(int step, PassGradients sums)
    {
        var first = FirstWindow(step);
        // Each thread adds up the gradients of its own windows.
        Chunks.Run(_threads, input.Batch, (thread, begin, end) =>
        {
            // Rows that no two windows share need no sum over threads.
            var rows = sums.RowsOf(_places is null ? 0 : thread);
            for (var window = begin; window < end; window++)
                cell.Backward(first.Window(window, Width, _h), sums.Of(thread, window), rows + (Place(step, window) * Width), _h);
        });
    }

    /// <summary>The numbers at a step before and after it: place <c>step</c> of states and memory is before the step.</summary>
    private CellRow FirstWindow(int step) => new(
        _gates!.At(step), _states!.At(step), _states.At(step + 1),
        _memory is null ? null : _memory.At(step), _memory is null ? null : _memory.At(step + 1),
        bias is null ? null : StepBuffer.AddressOf(bias));

    /// <summary>The input row of a window.</summary>
    private long Place(int step, long window)
    {
        var place = ((long)step * input.Batch) + window;
        return _places is null ? place : _places[place];
    }

    /// <summary>Numbers before the first step, which are zero, and after each step, or in turn before and after.</summary>
    private StepBuffer FromZeros(string name, bool ofAllSteps)
    {
        var buffer = new StepBuffer(_buffers.Buffer(name, ofAllSteps ? input.Length + 1 : 2, input.Batch, _h));
        buffer[0].zero_();
        return buffer;
    }

    private void Free()
    {
        _gates!.Dispose();
        _states!.Dispose();
        _memory?.Dispose();
        pool.Return(_buffers);
    }
}
