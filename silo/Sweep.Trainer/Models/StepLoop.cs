using Sweep.Domain.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// The recurrent layers as a loop over the steps. On a CPU the loop is faster than torch's modules, because the embedding and the first
/// layer's input weights are multiplied once for all steps, and each step is one product and one pass over its numbers.
/// </summary>
internal sealed class StepLoop(ModelShape shape, IReadOnlyDictionary<string, Parameter> parameters) : IRecurrentStack
{
    /// <summary>How many characters a batch has for each row of the embedding, so that finding the distinct ones does not pay.</summary>
    private const int CharactersPerRow = 8;

    private readonly RecurrentLayer[] _layers =
    [
        .. Enumerable.Range(0, shape.Layers).Select(layer => new RecurrentLayer(
            shape.Cell,
            parameters[$"recurrent.weight_ih_l{layer}"],
            parameters[$"recurrent.weight_hh_l{layer}"],
            parameters[$"recurrent.bias_ih_l{layer}"],
            parameters[$"recurrent.bias_hh_l{layer}"])),
    ];

    public Tensor LastState(Tensor characters, Func<Tensor, Tensor> drop)
    {
        var (length, batch) = ((int)characters.shape[0], (int)characters.shape[1]);
        (Tensor inputs, Tensor? places) = Lookup(characters);
        foreach (var (index, layer) in _layers.Index())
        {
            var last = index == _layers.Length - 1;
            var states = layer.States(inputs, places, length, batch, all: !last);
            (inputs, places) = (last ? states : drop(states.view(-1, states.shape[^1])), null);
        }

        return inputs;
    }

    public void Dispose()
    {
        // The parameters belong to the model.
        foreach (var layer in _layers)
            layer.Dispose();
    }

    /// <summary>
    /// Input rows, [rows, h], and the row of each character. The layer multiplies the rows once for all steps: the whole embedding where
    /// nearly all characters occur, and otherwise only those that do, each once.
    /// </summary>
    private (Tensor Rows, Tensor Places) Lookup(Tensor characters)
    {
        var embedding = parameters["embedding.weight"];
        if (characters.NumberOfElements >= CharactersPerRow * embedding.shape[0])
            return (embedding, characters);
        var (distinct, places, _) = characters.unique(sorted: true, return_inverse: true);
        return (embedding.index_select(0, distinct), places!);
    }
}
