using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Trainer.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// A model of the next character: embedding (vocabulary × h) → recurrent layers (h → h) → last step
/// → fully connected layers with ReLU → logits (vocabulary).
/// The parameters have the names and shapes of torch.nn's modules: <c>embedding.weight</c>, <c>recurrent.weight_ih_l0</c>, …,
/// <c>head.0.weight</c>, …
/// </summary>
internal sealed class CharacterModel : IDisposable
{
    private readonly OrderedDictionary<string, Parameter> _parameters;
    private readonly IRecurrentStack _recurrent;
    private readonly (Parameter Weight, Parameter Bias)[] _head;
    private readonly double _dropout;

    /// <summary>
    /// Starts with the weights that torch.nn's modules have when they are made in this order after <c>manual_seed(seed)</c>.
    /// </summary>
    /// <param name="dropout">Share of the states that training drops between recurrent layers, in [0, 1).</param>
    /// <param name="cudnn">Whether the recurrent layers are torch's modules. Default: on a GPU, where these run in cuDNN.</param>
    public CharacterModel(ModelShape shape, double dropout, long seed, Device device, bool? cudnn = null)
    {
        using var scope = NewDisposeScope();
        _dropout = dropout;
        var initial = InitialWeights(shape, seed);
        var modules = cudnn ?? device.type == DeviceType.CUDA ? new CudnnLayers(shape, initial, device) : null;
        var apart = initial.Where(pair => modules is null || !pair.Key.StartsWith("recurrent.", StringComparison.Ordinal));
        Buffers = [ParameterBuffer.Copy(apart, device), .. modules?.Buffers ?? []];
        var parameters = Buffers.SelectMany(buffer => buffer.Parameters).ToDictionary();
        _parameters = new(initial.Keys.Select(name => KeyValuePair.Create(name, parameters[name])));
        modules?.Use(_parameters["embedding.weight"]);
        _recurrent = modules is null ? new StepLoop(shape, _parameters) : modules;
        _head = [.. Widths(shape).Select((_, place) => (_parameters[$"head.{place}.weight"], _parameters[$"head.{place}.bias"]))];
    }

    /// <summary>The parameters by name, in the order in which torch's modules have them.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => _parameters;

    /// <summary>Where the parameters and their gradients lie.</summary>
    public IReadOnlyList<ParameterBuffer> Buffers { get; }

    /// <summary>Scores of the next character, [batch, vocabulary].</summary>
    /// <param name="windows">Character ids, int64 [batch, length].</param>
    /// <param name="dropout">Draws which states are dropped during training; null drops nothing.</param>
    public Tensor Logits(Tensor windows, DropoutDraw? dropout = null)
    {
        var output = _recurrent.LastState(windows.t().contiguous(), states => Drop(states, dropout));
        foreach (var (place, (weight, bias)) in _head.Index())
            output = addmm(bias, place == 0 ? output : output.relu(), weight.t(), beta: 1, alpha: 1);
        return output;
    }

    public void Dispose()
    {
        foreach (var buffer in Buffers)
            buffer.Dispose();
        _recurrent.Dispose();
    }

    private Tensor Drop(Tensor states, DropoutDraw? draw) =>
        draw is null || _dropout == 0 ? states : states * (draw.Uniform(states.shape) >= _dropout).to(float32).div_(1 - _dropout);

    private static OrderedDictionary<string, Tensor> InitialWeights(ModelShape shape, long seed)
    {
        long h = shape.HiddenSize;
        var weights = new OrderedDictionary<string, Tensor>();
        manual_seed(seed);
        Take("embedding", nn.Embedding(shape.Vocabulary, h));
        Take("recurrent", Recurrent(shape));
        foreach (var (place, (width, next)) in new long[] { h }.Concat(Widths(shape)).Zip(Widths(shape)).Index())
            Take($"head.{place}", nn.Linear(width, next));
        return weights;

        void Take(string prefix, nn.Module module)
        {
            using var _ = no_grad();
            foreach (var (name, parameter) in module.named_parameters())
                weights.Add($"{prefix}.{name}", parameter.detach().clone());
            module.Dispose();
        }
    }

    private static nn.Module Recurrent(ModelShape shape) => shape.Cell switch
    {
        CellKind.Rnn => nn.RNN(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        CellKind.Lstm => nn.LSTM(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        CellKind.Gru => nn.GRU(shape.HiddenSize, shape.HiddenSize, shape.Layers),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape.Cell, null),
    };

    private static IEnumerable<long> Widths(ModelShape shape) => shape.FullyConnected.Append(shape.Vocabulary).Select(width => (long)width);
}
