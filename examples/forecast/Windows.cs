using TorchSharp;
using static TorchSharp.torch;

namespace Forecast;

/// <summary>The windows of a series with the month after each, as standard scores of the training months.</summary>
internal sealed class Windows : IDisposable
{
    private readonly double[] _series;
    private readonly double _mean, _deviation;
    private readonly int _validation;
    private readonly (Tensor Inputs, Tensor Targets) _heldOut;

    /// <param name="length">Months of a window.</param>
    /// <param name="validation">How many of the last months are held out.</param>
    /// <param name="device">Where the tensors are.</param>
    public Windows(double[] series, int length, int validation, Device device)
    {
        (_series, _validation) = (series, validation);
        var training = series[..^validation];
        _mean = training.Average();
        _deviation = Math.Sqrt(training.Average(value => Math.Pow(value - _mean, 2)));
        var scores = series.Select(value => (float)((value - _mean) / _deviation)).ToArray();
        Training = Cut(scores, length, length, scores.Length - validation, device);
        _heldOut = Cut(scores, length, scores.Length - validation, scores.Length, device);
    }

    /// <summary>Inputs [windows, months, 1] and targets [windows].</summary>
    public (Tensor Inputs, Tensor Targets) Training { get; }

    /// <summary>The root mean square error on the months that are held out, of a forecast that repeats the month a year before.</summary>
    public double ErrorOfLastYear => Math.Sqrt(
        Enumerable.Range(_series.Length - _validation, _validation).Average(month => Math.Pow(_series[month] - _series[month - 12], 2)));

    /// <summary>The root mean square error of the model on the months that are held out, in the units of the series.</summary>
    public double ErrorOf(Forecaster model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return _deviation * Math.Sqrt(nn.functional.mse_loss(model.call(_heldOut.Inputs), _heldOut.Targets).ToDouble());
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { Training.Inputs, Training.Targets, _heldOut.Inputs, _heldOut.Targets })
            tensor.Dispose();
    }

    /// <summary>The windows whose next month is one of those from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    private static (Tensor Inputs, Tensor Targets) Cut(float[] scores, int length, int first, int end, Device device)
    {
        var inputs = Enumerable.Range(first, end - first).SelectMany(month => scores[(month - length)..month]).ToArray();
        return (tensor(inputs, [end - first, length, 1], device: device), tensor(scores[first..end], device: device));
    }
}
