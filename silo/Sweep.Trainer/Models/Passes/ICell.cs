namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// The equations of a cell for one step of one window, forward and backward, each in a single pass over the h units, so that every number
/// is read and written once. The notation: x is the step's input, h the state before the step and h' the one after it; W, b, U and c are
/// torch's weight_ih, bias_ih, weight_hh and bias_hh; σ is the logistic function, ⊙ multiplies element by element, and dx is the gradient
/// of the loss with respect to x.
/// </summary>
internal unsafe interface ICell
{
    /// <summary>How many numbers a unit gets from the input and from the product of state and weights.</summary>
    int Gates { get; }

    /// <summary>Whether a unit keeps one more number a step beside its state.</summary>
    bool HasMemory { get; }

    /// <summary>Whether the gradient of a state reaches the state before it also past the product with the weights.</summary>
    bool HasShortcut { get; }

    /// <param name="row">Its gates hold the products U h; they, the state and the memory are written.</param>
    /// <param name="input">What the input adds to the gates, W x + b and all of c that is not in the row's bias, gates · h.</param>
    void Forward(in CellRow row, float* input, int h);

    /// <param name="row">Its gates hold what the forward pass left, and get the gradient of the products.</param>
    /// <param name="gradient">Its state and memory hold the gradients after the step, and get those before it.</param>
    /// <param name="input">The input's gradient, gates · h, is added to what is there.</param>
    void Backward(in CellRow row, in CellGradient gradient, float* input, int h);
}
