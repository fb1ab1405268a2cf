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
        .. Enumerable.Range(0, shape.Layers).Select(layer => RecurrentLayer.Of(
            shape.Cell,
            parameters[$"recurrent.weight_ih_l{layer}"],
            parameters[$"recurrent.weight_hh_l{layer}"],
            parameters[$"recurrent.bias_ih_l{layer}"],
            parameters[$"recurrent.bias_hh_l{layer}"])),
    ];

    public Tensor LastState(Tensor characters, Func<Tensor, Tensor> drop)
    {
        var (embedding, length) = (parameters["embedding.weight"], (int)characters.shape[0]);
        // There are few distinct characters, so the whole embedding is multiplied with the input weights once and each step looks its rows
        // up.
        // A single window has only one row a step, so its characters alone are multiplied.
        var states = characters.shape[1] == 1
            ? _layers[0].States(embedding.index_select(0, characters.flatten()), projected => projected.chunk(length))
            : _layers[0].States(embedding, table => Enumerable.Range(0, length).Select(step => table.index_select(0, characters[step])));
        foreach (var layer in _layers.Skip(1))
        {
            var below = states.ToArray();
            states = layer.States(drop(cat(below)), projected => projected.chunk(below.Length));
        }

        return states.Last();
    }

    public void Dispose()
    {
        // The parameters belong to the model.
    }
}
