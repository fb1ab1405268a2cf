using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models;

/// <summary>
/// Parameters that lie one after the other in one tensor, and their gradients in another one. An optimizer then updates all of them with
/// one operation instead of one for each, which matters on a GPU, where every operation has to be launched.
/// </summary>
internal sealed class ParameterBuffer : IDisposable
{
    /// <summary>Each parameter begins at a multiple of 64 bytes, from which vector instructions read fastest.</summary>
    private const int Alignment = 16;

    private readonly (string Name, Parameter Parameter, long Offset)[] _parts;

    /// <summary>Zeros for the gaps between the parameters, and for each parameter that no gradient reaches, float32 [elements].</summary>
    private readonly Tensor _zeros;

    private ParameterBuffer(Tensor values, IEnumerable<(string Name, Parameter Parameter, long Offset)> parts)
    {
        _parts = [.. parts.OrderBy(part => part.Offset)];
        Values = new Parameter(values, requires_grad: false);
        var longest = Math.Max(Alignment, _parts.Max(part => part.Parameter.NumberOfElements));
        _zeros = zeros(longest, device: Values.device).DetachFromDisposeScope();
        foreach (var (_, parameter, _) in _parts)
            parameter.DetachFromDisposeScope();
        Values.DetachFromDisposeScope();
    }

    /// <summary>All parameters, float32 [elements]. Between two of them there may be zeros that belong to none.</summary>
    public Parameter Values { get; }

    /// <summary>The parameters by name, in the order in which they lie.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Parameters =>
        _parts.Select(part => KeyValuePair.Create(part.Name, part.Parameter));

    /// <summary>Copies tensors into a new buffer on the device.</summary>
    public static ParameterBuffer Copy(IEnumerable<KeyValuePair<string, Tensor>> tensors, Device device)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long length = 0;
        var places = new List<(string Name, Tensor Tensor, long Offset)>();
        foreach (var (name, tensor) in tensors)
        {
            places.Add((name, tensor, length));
            length += (tensor.NumberOfElements + Alignment - 1) / Alignment * Alignment;
        }

        var values = zeros(length, device: device);
        return new(values, places.Select(place =>
        {
            var part = Part(values, place.Tensor, place.Offset);
            part.copy_(place.Tensor);
            return (place.Name, new Parameter(part.detach()), place.Offset);
        }));
    }

    /// <summary>
    /// The buffers in which parameters lie already: one for all of them after a module's <c>flatten_parameters</c> on a GPU, and otherwise
    /// one for each.
    /// </summary>
    public static IReadOnlyList<ParameterBuffer> Around(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var parts = parameters.Select(part => (part.Name, part.Parameter, Offset: part.Parameter.storage_offset())).ToList();
        // A parameter that has its memory to itself begins at 0, so different beginnings mean that the memory is shared.
        return parts.DistinctBy(part => part.Offset).Count() == parts.Count
            ? [Shared(parts)]
            : [.. parts.Select(part => Shared([part]))];

        static ParameterBuffer Shared(List<(string Name, Parameter Parameter, long Offset)> parts)
        {
            var length = parts.Max(part => part.Offset + part.Parameter.NumberOfElements);
            return new(parts[0].Parameter.as_strided([length], [1], 0).detach(), parts);
        }
    }

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ClearGradients()
    {
        Values.grad = null;
        foreach (var (_, parameter, _) in _parts)
            parameter.grad = null;
    }

    /// <summary>
    /// The gradients of the parameters, in their order and each as one row of numbers. With windows of one character no gradient reaches
    /// the state's weights, and torch's modules have zeros there.
    /// </summary>
    public IEnumerable<Tensor> Gradients() => _parts.Select(part => GradientOf(part.Parameter));

    /// <summary>
    /// Makes the gradient of <see cref="Values"/> from those of the parameters. Copying them is faster than letting the backward pass add
    /// them to zeros.
    /// </summary>
    public void GatherGradients()
    {
        using var scope = NewDisposeScope();
        var pieces = new List<Tensor>();
        long length = 0;
        foreach (var (_, parameter, offset) in _parts)
        {
            if (offset > length)
                pieces.Add(_zeros.narrow(0, 0, offset - length));
            pieces.Add(GradientOf(parameter));
            length = offset + parameter.NumberOfElements;
        }

        if (Values.NumberOfElements > length)
            pieces.Add(_zeros.narrow(0, 0, Values.NumberOfElements - length));
        Values.grad = cat(pieces);
    }

    /// <summary>The parts of a tensor like <see cref="Values"/> that belong to the parameters, by name and each with its shape.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> PartsOf(Tensor like) =>
        _parts.Select(part => KeyValuePair.Create(part.Name, Part(like, part.Parameter, part.Offset)));

    public void Dispose()
    {
        foreach (var (_, parameter, _) in _parts)
            parameter.Dispose();
        _zeros.Dispose();
        Values.Dispose();
    }

    private Tensor GradientOf(Parameter parameter) => parameter.grad?.flatten() ?? _zeros.narrow(0, 0, parameter.NumberOfElements);

    private static Tensor Part(Tensor values, Tensor parameter, long offset) =>
        values.narrow(0, offset, parameter.NumberOfElements).view(parameter.shape);
}
