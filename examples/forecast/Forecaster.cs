using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Forecast;

/// <summary>One recurrent layer, whose last state says how far the next month is from the same one of the year before.</summary>
internal sealed class Forecaster : nn.Module<Tensor, Tensor>
{
    private readonly LSTM? _lstm;
    private readonly GRU? _gru;
    private readonly Linear _head;

    /// <param name="cell">lstm or gru.</param>
    public Forecaster(string cell, int hidden)
        : base(nameof(Forecaster))
    {
        if (cell == "lstm")
            _lstm = nn.LSTM(1, hidden, batchFirst: true);
        else if (cell == "gru")
            _gru = nn.GRU(1, hidden, batchFirst: true);
        else
            throw new ArgumentException($"cell: found {cell}; expected lstm or gru.", nameof(cell));
        _head = nn.Linear(hidden, 1);
        RegisterComponents();
    }

    /// <summary>From windows [windows, months, 1] to forecasts [windows].</summary>
    public override Tensor forward(Tensor windows)
    {
        var states = _lstm is null ? _gru!.call(windows).Item1 : _lstm.call(windows).Item1;
        var lastYear = windows.select(1, windows.shape[1] - 12).squeeze(1);
        return lastYear + _head.call(states.select(1, -1)).squeeze(1);
    }
}
