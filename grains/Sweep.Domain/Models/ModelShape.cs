using Sweep.Domain.Search;

namespace Sweep.Domain.Models;

/// <summary>
/// Size and cost of a model, by arithmetic alone: embedding (vocabulary × h) → layers of one cell (h → h, two bias vectors a gate)
/// → last step → fully connected layers → logits (vocabulary).
/// </summary>
/// <param name="Vocabulary">Distinct characters of the text.</param>
public sealed record ModelShape(
    CellKind Cell, int Vocabulary, int HiddenSize, int Layers, IReadOnlyList<int> FullyConnected, int SequenceLength)
{
    public static ModelShape Of(TrialParameters parameters, int vocabulary) =>
        new(parameters.Cell, vocabulary, parameters.HiddenSize, parameters.Layers, parameters.FullyConnected, parameters.SequenceLength);

    /// <summary>Weight matrices that a cell stacks: 1 (tanh RNN), 4 (LSTM: i, f, g, o), 3 (GRU: r, z, n).</summary>
    public static int Gates(CellKind cell) => cell switch
    {
        CellKind.Rnn => 1,
        CellKind.Lstm => 4,
        CellKind.Gru => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(cell), cell, null),
    };

    /// <summary>Trainable numbers.</summary>
    public long Parameters
    {
        get
        {
            long h = HiddenSize;
            return (Vocabulary * h)
                + ((long)Layers * Gates(Cell) * ((2 * h * h) + (2 * h)))
                + HeadWidths().Sum(pair => ((long)pair.In * pair.Out) + pair.Out);
        }
    }

    /// <summary>Bytes of the parameters as float32.</summary>
    public long Bytes => Parameters * sizeof(float);

    /// <summary>
    /// Multiply-accumulates of a forward pass for one window. Each step of each layer multiplies the input and the state by every gate's
    /// matrix (2 · gates · h²) and combines them element by element (LSTM 3h: f⊙c, i⊙g, o⊙tanh c; GRU 3h: r⊙(Uh), (1−z)⊙n,
    /// z⊙h; RNN none). Each linear layer costs its inputs times its outputs, once. The embedding is a look-up and biases are additions:
    /// neither counts.
    /// Source: the update equations of Elman 1990, Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, and
    /// Cho et al. 2014, as torch.nn states them.
    /// </summary>
    public long Macs
    {
        get
        {
            long h = HiddenSize;
            var elementwise = Cell == CellKind.Rnn ? 0 : 3 * h;
            return (SequenceLength * (long)Layers * ((2 * Gates(Cell) * h * h) + elementwise))
                + HeadWidths().Sum(pair => (long)pair.In * pair.Out);
        }
    }

    /// <summary>Outputs of the fully connected layers and the logits together, for one window.</summary>
    public long HeadOutputs => HeadWidths().Sum(pair => (long)pair.Out);

    /// <summary>
    /// Bytes of a checkpoint's tensors: the weights, the best ones so far, and the moments that the optimizer keeps of each (Kingma and Ba
    /// 2015: two).
    /// </summary>
    public long CheckpointBytes(OptimizerKind optimizer) => Bytes * (optimizer == OptimizerKind.Sgd ? 2 : 4);

    private IEnumerable<(int In, int Out)> HeadWidths()
    {
        var width = HiddenSize;
        foreach (var next in FullyConnected.Append(Vocabulary))
        {
            yield return (width, next);
            width = next;
        }
    }
}
