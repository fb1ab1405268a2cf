using Sweep.Domain.Search;

namespace Sweep.Domain.Models;

/// <summary>
/// The memory that a trainer holds at the peak of one trial on a CPU, by arithmetic. What each thing keeps follows from the model and from
/// what its passes keep; measured peaks are met within a fifth (docs/benchmarks.md).
/// </summary>
public static class TrainingMemory
{
    private const double MiB = 1 << 20;

    /// <summary>The process with libtorch, before it has a model.</summary>
    private const double Process = 215 * MiB;

    /// <summary>The text, the number of each character, and the order of the windows.</summary>
    private const double BytesPerCharacter = 50;

    /// <summary>The most windows in a batch of the validation on a CPU.</summary>
    private const int ValidationBatch = 512;

    /// <param name="batch">Windows in a step; null for the whole training set.</param>
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    /// <returns>Bytes; at most <see cref="long.MaxValue"/>, which stands for more.</returns>
    public static long Peak(ModelShape shape, OptimizerKind optimizer, int? batch, WindowCounts windows, int characters)
    {
        // Whole numbers would overflow for a large text as one batch. Floating point does not, and its conversion saturates.
        double windowsInStep = Math.Min(batch ?? windows.Training, windows.Training);
        double windowsValidated = Math.Min(ValidationBatch, windows.Validation);
        double width = shape.HiddenSize;
        var gates = ModelShape.Gates(shape.Cell);
        var row = sizeof(float) * width;
        var states = shape.SequenceLength * row;
        var (first, deeper) = KeptStates(shape.Cell);
        var deep = shape.Layers - 1;
        return (long)(Process
            + (BytesPerCharacter * characters)
            + (Copies(optimizer) * shape.Bytes)
            + (windowsInStep * states * (first + (deeper * deep)))
            // Without a backward pass a layer below another keeps its states twice, and the one above the product of all its inputs.
            + (windowsValidated * states * (deep == 0 ? 0 : gates + 2))
            + (4 * sizeof(float) * (windowsInStep + windowsValidated) * shape.HeadOutputs)
            + (gates * row * Math.Min(shape.Vocabulary, windowsInStep * shape.SequenceLength)));
    }

    /// <summary>
    /// Copies of the weights: themselves, the best ones, the gradients twice, a checkpoint as it is written, and what a step computes. Adam
    /// has two moments of each besides, in memory, in the checkpoint and in a step.
    /// </summary>
    private static int Copies(OptimizerKind optimizer) => optimizer == OptimizerKind.Sgd ? 7 : 12;

    /// <summary>
    /// What a step of a window keeps for its backward pass, as a multiple of its state. In each layer these are the gates, the state and
    /// the memory. A layer above the first has the product of its inputs besides, its gradient, and a copy of its inputs with theirs.
    /// </summary>
    private static (double First, double Deeper) KeptStates(CellKind cell)
    {
        var gates = ModelShape.Gates(cell);
        var own = gates + (cell == CellKind.Rnn ? 1 : 2);
        return (own, own + (2 * gates) + 2);
    }
}
