using Sweep.Domain.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// The recurrent layers as a loop over the steps. On a CPU the loop is faster than torch's modules, because the embedding and the first
/// layer's input weights are multiplied once for all steps.
/// </summary>
internal sealed class StepLoop(ModelShape shape, IReadOnlyDictionary<string, Parameter> parameters) : IRecurrentStack
{
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
        var embedding = parameters["embedding.weight"];
        var (length, batch) = ((int)characters.shape[0], (int)characters.shape[1]);
        // Of few distinct characters the whole embedding is multiplied with the input weights once, and each step looks its rows up. With
        // more distinct characters than there are rows it is faster to multiply the rows of all steps, even if some of them are the same.
        var (inputs, places) = characters.NumberOfElements < embedding.shape[0]
            ? (embedding.index_select(0, characters.flatten()), null)
            : ((Tensor)embedding, characters);
        foreach (var (layer, index) in _layers.Select((layer, index) => (layer, index)))
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
}
