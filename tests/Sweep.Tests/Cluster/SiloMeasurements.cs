using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sweep.Grains;

namespace Sweep.Tests.Cluster;

/// <summary>
/// Measurements of one silo, taken from its own instruments. <c>/metrics</c> does not serve for that in a process with several silos: it
/// mixes their values, and drops an instrument when another silo's instrument of the same name ends.
/// </summary>
internal sealed class SiloMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _values = new();

    public SiloMeasurements(IMeterFactory silo)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SweepInstruments.MeterName && instrument.Meter.Scope == silo)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Record(instrument, value));
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Record(instrument, value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Record(instrument, value));
        _listener.Start();
    }

    /// <summary>Returns a counter's sum since the start or a gauge's present value; null where nothing was measured.</summary>
    public double? Read(string instrument)
    {
        _listener.RecordObservableInstruments();
        return _values.TryGetValue(instrument, out var value) ? value : null;
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value) =>
        _values.AddOrUpdate(instrument.Name, value, (_, before) => instrument.IsObservable ? value : before + value);
}
