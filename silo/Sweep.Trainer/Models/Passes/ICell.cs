namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// The equations of a cell for one step of one window, forward and backward, each in a single pass over the h units, so that every number is
/// read and written once.
/// </summary>
internal unsafe interface ICell
{
    /// <summary>How many numbers a unit gets from the input and from the product of state and weights.</summary>
    static abstract int Gates { get; }

    /// <summary>Whether a unit keeps one more number a step beside its state.</summary>
    static abstract bool HasMemory { get; }

    /// <summary>Whether the gradient of a state reaches the state before it also past the product with the weights.</summary>
    static abstract bool HasShortcut { get; }

    /// <param name="row">Its gates hold the products; they, the state and the memory are written.</param>
    /// <param name="input">What the input adds to the gates, gates · h.</param>
    static abstract void Forward(in CellRow row, float* input, int h);

    /// <param name="row">Its gates hold what the forward pass left, and get the gradient of the products.</param>
    /// <param name="gradient">Its state and memory hold the gradients after the step, and get those before it.</param>
    /// <param name="input">The input's gradient, gates · h, is added to what is there.</param>
    static abstract void Backward(in CellRow row, in CellGradient gradient, float* input, int h);
}

/// <summary>One step of one window: gates · h numbers, and h of each of the others.</summary>
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
}

/// <summary>The gradients of one window, h numbers each.</summary>
/// <param name="state">The gradient of the state.</param>
/// <param name="memory">The gradient of the memory; null for cells whose memory reaches no later step.</param>
/// <param name="bias">The gradient of <see cref="CellRow.Bias"/> is added to what is there; null for other cells.</param>
internal readonly unsafe struct CellGradient(float* state, float* memory, float* bias)
{
    public float* State => state;

    public float* Memory => memory;

    public float* Bias => bias;
}
