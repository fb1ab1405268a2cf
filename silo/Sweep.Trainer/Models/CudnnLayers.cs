using Sweep.Domain.Models;
using Sweep.Domain.Search;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// The recurrent layers as torch's modules, which run all steps of a layer in a few kernels of cuDNN. A GPU would spend its time on the
/// launches of a loop over the steps.
/// Each layer is a module of its own: cuDNN draws the dropout between the layers of one module from a generator that cannot be set back.
/// </summary>
internal sealed class CudnnLayers : IRecurrentStack
{
    private readonly Embedding _embedding;
    private readonly (nn.Module Module, Func<Tensor, Tensor> States)[] _layers;

    /// <param name="weights">The first weights by name, with torch's names for the parameters of all layers.</param>
    public CudnnLayers(ModelShape shape, IReadOnlyDictionary<string, Tensor> weights, Device device)
    {
        using var _ = no_grad();
        // Its weight is replaced by the model's, so that the one made here should be small.
        _embedding = nn.Embedding(1, shape.HiddenSize);
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(_ => Layer(shape.Cell, shape.HiddenSize, device))];
        Buffers =
        [
            .. _layers.Index().SelectMany(layer => ParameterBuffer.Around(
            [
                .. layer.Item.Module.named_parameters()
                    .Select(pair => ($"recurrent.{pair.name[..^1]}{layer.Index}", pair.parameter)),
            ])),
        ];
        foreach (var (name, parameter) in Buffers.SelectMany(buffer => buffer.Parameters))
            parameter.copy_(weights[name]);
    }

    /// <summary>The parameters of the layers.</summary>
    public IReadOnlyList<ParameterBuffer> Buffers { get; }

    /// <summary>Looks the characters up in the model's embedding from now on.</summary>
    public void Use(Parameter embedding) => _embedding.weight = embedding;

    public Tensor LastState(Tensor characters, Func<Tensor, Tensor> drop)
    {
        var states = _embedding.call(characters);
        foreach (var (index, layer) in _layers.Index())
        {
            // A module that is set to training keeps what only a backward pass needs.
            layer.Module.train(is_grad_enabled());
            states = layer.States(index == 0 ? states : drop(states));
        }

        return states[-1];
    }

    public void Dispose()
    {
        _embedding.Dispose();
        foreach (var (module, _) in _layers)
            module.Dispose();
    }

    private static (nn.Module Module, Func<Tensor, Tensor> States) Layer(CellKind cell, long hidden, Device device)
    {
        switch (cell)
        {
            case CellKind.Rnn:
                var rnn = nn.RNN(hidden, hidden, device: device);
                rnn.flatten_parameters();
                return (rnn, inputs => rnn.call(inputs).Item1);
            case CellKind.Lstm:
                var lstm = nn.LSTM(hidden, hidden, device: device);
                lstm.flatten_parameters();
                return (lstm, inputs => lstm.call(inputs).Item1);
            case CellKind.Gru:
                var gru = nn.GRU(hidden, hidden, device: device);
                gru.flatten_parameters();
                return (gru, inputs => gru.call(inputs).Item1);
            default:
                throw new ArgumentOutOfRangeException(nameof(cell), cell, null);
        }
    }
}
