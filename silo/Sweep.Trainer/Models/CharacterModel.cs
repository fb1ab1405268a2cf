using Sweep.Domain.Models;
using Sweep.Domain.Trials;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// embedding (vocabulary × h) → recurrent layers (h → h) → last step → fully connected layers with ReLU → logits (vocabulary).
/// The parameters have the names and shapes of torch.nn: <c>embedding.weight</c>, <c>recurrent.weight_ih_l0</c>, …, <c>head.0.weight</c>, …
/// </summary>
internal sealed class CharacterModel : IDisposable
{
    private readonly OrderedDictionary<string, Parameter> _parameters = [];
    private readonly RecurrentLayer[] _layers;
    private readonly (Parameter Weight, Parameter Bias)[] _head;
    private readonly double _dropout;

    /// <summary>A model with the weights that torch.nn's modules would have, made in this order after <c>manual_seed(seed)</c>.</summary>
    /// <param name="dropout">Share of the states dropped between recurrent layers in training, in [0, 1).</param>
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

    /// <summary>By name, in the order of their making.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>Scores of the next character, [batch, vocabulary].</summary>
    /// <param name="windows">Character ids, int64 [batch, length].</param>
    /// <param name="dropout">Draws what is dropped, in training; null to drop nothing.</param>
    public Tensor Logits(Tensor windows, Generator? dropout = null)
    {
        var characters = windows.t().contiguous();
        var (embedding, length) = (_parameters["embedding.weight"], (int)characters.shape[0]);
        // An input is one of few characters: multiply the whole embedding with the input weights and look the rows up. One window has no more rows than steps.
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

    // torch's own dropout draws from the process-wide generator, whose state would have to be saved; this one has a generator for each step.
    private Tensor Drop(Tensor states, Generator? generator) =>
        generator is null || _dropout == 0 ? states : states * (rand(states.shape, device: states.device, generator: generator) >= _dropout).to(float32).div_(1 - _dropout);

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
