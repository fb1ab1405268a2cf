namespace Sweep.Trainer.Models.Passes;

/// <summary>One step of one window: the addresses of gates · h numbers, and of h of each of the others.</summary>
/// <param name="before">The state before the step.</param>
/// <param name="bias">What a GRU's candidate adds to its product; null for other cells.</param>
internal readonly unsafe struct CellRow(float* gates, float* before, float* state, float* memoryBefore, float* memory, float* bias)
{
    public float* Gates => gates;

    public float* Before => before;

    public float* State => state;

    public float* MemoryBefore => memoryBefore;

    public float* Memory => memory;

    public float* Bias => bias;

    /// <summary>The same step of a window, where this is that of window 0.</summary>
    /// <param name="width">gates · h.</param>
    public CellRow Window(long window, int width, int h)
    {
        var offset = window * h;
        return new(
            gates + (window * width), before + offset, state + offset,
            memory is null ? null : memoryBefore + offset, memory is null ? null : memory + offset, bias);
    }
}

/// <summary>The gradients of one window: the addresses of h numbers each.</summary>
/// <param name="state">The gradient of the state.</param>
/// <param name="memory">The gradient of the memory; null for cells whose memory reaches no later step.</param>
/// <param name="bias">The gradient of <see cref="CellRow.Bias"/> is added to what is there; null for other cells.</param>
internal readonly unsafe struct CellGradient(float* state, float* memory, float* bias)
{
    public float* State => state;

    public float* Memory => memory;

    public float* Bias => bias;
}
