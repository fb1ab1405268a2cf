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
        // Of few distinct characters the whole embedding is multiplied with the input weights once, and each step looks its rows up. The
        // backward pass then adds a gradient of all rows for each step, so that with many distinct characters it is faster to multiply the
        // rows of all steps, even if some of them are the same.
        var states = characters.NumberOfElements <= 2 * embedding.shape[0]
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
