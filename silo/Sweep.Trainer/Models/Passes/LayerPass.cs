using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>What a layer gets at each step.</summary>
/// <param name="Rows">Rows to choose from, already multiplied with the input weights and with the biases added, [rows, gates · h].</param>
/// <param name="Places">The row of each window at each step, int64 [length, batch]; null where the rows are in this order.</param>
/// <param name="Length">Steps.</param>
/// <param name="Batch">Windows.</param>
internal sealed record LayerInput(Tensor Rows, Tensor? Places, int Length, int Batch);

/// <summary>
/// One recurrent layer over all steps of a batch on a CPU, forward and once backward. Each step is one matrix product and one pass of the
/// cell. The gradient of the weights is one product over all steps.
/// </summary>
internal abstract class LayerPass(LayerInput input, Tensor weights, Tensor? bias)
{
    public LayerInput Input => input;

    /// <summary>weight_hh [gates · h, h].</summary>
    public Tensor Weights => weights;

    /// <summary>What a GRU's candidate adds to its product, [h]; null for other cells.</summary>
    public Tensor? Bias => bias;

    /// <returns>The states after all steps, [length, batch, h], or after the last step, [batch, h].</returns>
    public abstract Tensor Forward();

    /// <param name="gradient">The gradient of what <see cref="Forward"/> returned.</param>
    /// <returns>The gradients of rows, weights and bias.</returns>
    public abstract (Tensor Rows, Tensor Weights, Tensor? Bias) Backward(Tensor gradient);
}

/// <inheritdoc/>
/// <param name="all">Whether the states after all steps are wanted, and not only those after the last one.</param>
/// <param name="keep">Whether a backward pass will follow.</param>
internal sealed unsafe class LayerPass<TCell>(
    LayerInput input, Tensor weights, Tensor? bias, PassMemoryPool pool, bool all, bool keep)
    : LayerPass(input, weights, bias)
    where TCell : ICell
{
    private readonly int _h = (int)weights.shape[1];
    private readonly int _threads = Math.Min(get_num_threads(), input.Batch);
    private readonly PassMemory _buffers = pool.Take();
    private Tensor? _gates;
    private Tensor? _states;
    private Tensor? _memory;
    private Tensor? _zeros;

    private int Width => TCell.Gates * _h;

    public override Tensor Forward()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var slots = keep ? Input.Length : 1;
        _gates = _buffers.Buffer("gates", slots, Input.Batch, Width).DetachFromDisposeScope();
        _states = _buffers.Buffer("states", all || keep ? Input.Length : 1, Input.Batch, _h).DetachFromDisposeScope();
        _memory = TCell.HasMemory ? _buffers.Buffer("memory", slots, Input.Batch, _h).DetachFromDisposeScope() : null;
        _zeros = zeros(_h).DetachFromDisposeScope();
        var transposed = Weights.t();
        for (var step = 0; step < Input.Length; step++)
        {
            using var gates = _gates[step % slots];
            if (step == 0)
            {
                gates.zero_();
            }
            else
            {
                using var before = _states[(step - 1) % _states.shape[0]];
                gates.addmm_(before, transposed, beta: 0, alpha: 1);
            }

            Pass(step, null);
        }

        var states = all ? _states.clone() : _states[^1].clone();
        if (!keep)
            Free();
        return states.MoveToOuterDisposeScope();
    }

    public override (Tensor Rows, Tensor Weights, Tensor? Bias) Backward(Tensor gradient)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var sums = new Gradients(
            all ? gradient[^1].contiguous().clone() : gradient.contiguous().clone(),
            TCell.HasMemory && !TCell.HasShortcut ? zeros(Input.Batch, _h) : null,
            zeros(Input.Places is null ? 1 : _threads, Input.Rows.shape[0], Width),
            Bias is null ? null : zeros(_threads, _h));
        for (var step = Input.Length - 1; step >= 0; step--)
        {
            Pass(step, sums);
            if (step == 0)
                break;
            using var gates = _gates![step];
            sums.State.addmm_(gates, Weights, beta: TCell.HasShortcut ? 1 : 0, alpha: 1);
            if (all)
                sums.State.add_(gradient[step - 1]);
        }

        var ofWeights = Input.Length == 1
            ? zeros_like(Weights)
            : _gates![1..].view(-1, Width).t().mm(_states![..^1].view(-1, _h));
        Free();
        return (
            Sum(sums.Rows).MoveToOuterDisposeScope(), ofWeights.MoveToOuterDisposeScope(),
            sums.Bias is null ? null : Sum(sums.Bias).MoveToOuterDisposeScope());

        static Tensor Sum(Tensor parts) => parts.shape[0] == 1 ? parts[0] : parts.sum(dim: 0);
    }

    /// <summary>Passes over the windows of a step: forward without gradients, and backward with them.</summary>
    private void Pass(int step, Gradients? gradients)
    {
        var gates = Numbers(_gates, step);
        var states = Numbers(_states, step);
        var memory = Numbers(_memory, step);
        // Before the first step all windows have the same zeros.
        var before = step == 0 ? Numbers(_zeros) : Numbers(_states, step - 1);
        var memoryBefore = step == 0 ? Numbers(_zeros) : Numbers(_memory, step - 1);
        var stride = step == 0 ? 0 : _h;
        var bias = Numbers(Bias);
        using var inputs = Input.Places is null ? Input.Rows.narrow(0, (long)step * Input.Batch, Input.Batch) : null;
        var rows = Numbers(inputs ?? Input.Rows);
        using var here = Input.Places?[step];
        var places = here is null ? null : (long*)Address(here);
        var ofState = Numbers(gradients?.State);
        var ofMemory = Numbers(gradients?.Memory);
        Chunks(chunk =>
        {
            // Rows of their own need no sum over threads.
            using var ofRows = gradients?.Rows[places is null ? 0 : chunk];
            using var ofInputs = places is null ? ofRows?.narrow(0, (long)step * Input.Batch, Input.Batch) : null;
            using var ofBias = gradients?.Bias?[chunk];
            var rowsGradient = Numbers(ofInputs ?? ofRows);
            var biasGradient = Numbers(ofBias);
            for (var window = Begin(chunk); window < Begin(chunk + 1); window++)
            {
                var offset = (long)window * _h;
                var place = (places is null ? window : places[window]) * Width;
                var row = new CellRow(
                    gates + ((long)window * Width), before + ((long)window * stride), states + offset,
                    memoryBefore + ((long)window * stride), memory + offset, bias);
                if (gradients is null)
                    TCell.Forward(row, rows + place, _h);
                else
                    TCell.Backward(row, new(ofState + offset, ofMemory + offset, biasGradient), rowsGradient + place, _h);
            }
        });
    }

    /// <summary>
    /// Divides the windows among the threads. A thread adds up the gradients of its own windows, so that the bits depend on how many threads
    /// there are and on nothing else.
    /// </summary>
    private void Chunks(Action<int> act)
    {
        if (_threads == 1)
            act(0);
        else
            Parallel.For(0, _threads, act);
    }

    private int Begin(int chunk) => (int)((long)Input.Batch * chunk / _threads);

    private void Free()
    {
        _gates?.Dispose();
        _states?.Dispose();
        _memory?.Dispose();
        _zeros?.Dispose();
        pool.Return(_buffers);
    }

    private static float* Numbers(Tensor? buffer, int step)
    {
        if (buffer is null)
            return null;
        using var slot = buffer[step % buffer.shape[0]];
        return Numbers(slot);
    }

    private static float* Numbers(Tensor? tensor) => tensor is null ? null : (float*)Address(tensor);

    /// <summary>The address of a tensor's numbers, which libtorch never moves.</summary>
    private static byte* Address(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <param name="State">The gradient of the state, [batch, h].</param>
    /// <param name="Memory">The gradient of the memory, [batch, h]; null where no later step uses it.</param>
    /// <param name="Rows">The gradient of the rows for each thread that shares them, [threads or 1, rows, gates · h].</param>
    /// <param name="Bias">The gradient of the bias for each thread, [threads, h].</param>
    private sealed record Gradients(Tensor State, Tensor? Memory, Tensor Rows, Tensor? Bias);
}
