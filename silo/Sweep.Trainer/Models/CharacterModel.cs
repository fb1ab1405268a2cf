using Sweep.Domain.Models;
using Sweep.Domain.Search;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// A model of the next character: embedding (vocabulary × h) → recurrent layers (h → h) → last step
/// → fully connected layers with ReLU → logits (vocabulary).
/// <c>head.0.weight</c>, …
/// </summary>
internal sealed class CharacterModel : IDisposable
{
    private readonly OrderedDictionary<string, Parameter> _parameters = [];
    private readonly RecurrentLayer[] _layers;
    private readonly (Parameter Weight, Parameter Bias)[] _head;
    private readonly double _dropout;

    /// <summary>
    /// Starts with the weights that torch.nn's modules have when they are made in this order after <c>manual_seed(seed)</c>.
    /// </summary>
    /// <param name="dropout">Share of the states that training drops between recurrent layers, in [0, 1).</param>
    public CharacterModel(ModelShape shape, double dropout, long seed, Device device)
    {
        long h = shape.HiddenSize;
        _dropout = dropout;
        manual_seed(seed);
        Adopt("embedding", nn.Embedding(shape.Vocabulary, h), device);
        Adopt("recurrent", Recurrent(shape), device);
        _layers =
        [
            .. Enumerable.Range(0, shape.Layers).Select(layer => RecurrentLayer.Of(
                shape.Cell,
                _parameters[$"recurrent.weight_ih_l{layer}"],
                _parameters[$"recurrent.weight_hh_l{layer}"],
                _parameters[$"recurrent.bias_ih_l{layer}"],
                _parameters[$"recurrent.bias_hh_l{layer}"])),
        ];
        foreach (var (place, (width, next)) in new long[] { h }.Concat(Widths(shape)).Zip(Widths(shape)).Index())
            Adopt($"head.{place}", nn.Linear(width, next), device);
        _head = [.. Widths(shape).Select((_, place) => (_parameters[$"head.{place}.weight"], _parameters[$"head.{place}.bias"]))];
    }

    /// <summary>The parameters by name, in the order in which they were made.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>Scores of the next character, [batch, vocabulary].</summary>
    /// <param name="windows">Character ids, int64 [batch, length].</param>
    /// <param name="dropout">Draws which states are dropped during training; null drops nothing.</param>
    public Tensor Logits(Tensor windows, Generator? dropout = null)
    {
        var characters = windows.t().contiguous();
        var (embedding, length) = (_parameters["embedding.weight"], (int)characters.shape[0]);
        // There are few distinct characters, so the whole embedding is multiplied with the input weights once and each step looks its rows
        // up.
        // A single window has only one row a step, so its characters alone are multiplied.
        var states = characters.shape[1] == 1
            ? _layers[0].States(embedding.index_select(0, characters.flatten()), projected => projected.chunk(length))
            : _layers[0].States(embedding, table => Enumerable.Range(0, length).Select(step => table.index_select(0, characters[step])));
        foreach (var layer in _layers.Skip(1))
        {
            var below = states.ToArray();
            states = layer.States(Drop(cat(below), dropout), projected => projected.chunk(below.Length));
        }

        var output = states.Last();
        foreach (var (place, (weight, bias)) in _head.Index())
            output = addmm(bias, place == 0 ? output : output.relu(), weight.t(), beta: 1, alpha: 1);
        return output;
    }

    public void Dispose()
    {
        foreach (var parameter in _parameters.Values)
            parameter.Dispose();
    }

    // torch's own dropout draws from the process-wide generator, whose state would have to be saved. This one takes a generator for each
    // step.
    private Tensor Drop(Tensor states, Generator? generator) =>
        generator is null || _dropout == 0
            ? states
            : states * (rand(states.shape, device: states.device, generator: generator) >= _dropout).to(float32).div_(1 - _dropout);

    private static nn.Module Recurrent(ModelShape shape) => shape.Cell switch
    {
        CellKind.Rnn => nn.RNN(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        CellKind.Lstm => nn.LSTM(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        CellKind.Gru => nn.GRU(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape.Cell, null),
    };

    private static IEnumerable<long> Widths(ModelShape shape) => shape.FullyConnected.Append(shape.Vocabulary).Select(width => (long)width);

    private void Adopt(string prefix, nn.Module module, Device device)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in module.named_parameters())
        {
            var adopted = new Parameter(parameter.to(device, copy: true));
            adopted.DetachFromDisposeScope();
            _parameters.Add($"{prefix}.{name}", adopted);
        }

        module.Dispose();
    }
}
