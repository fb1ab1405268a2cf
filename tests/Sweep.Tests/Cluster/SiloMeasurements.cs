using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sweep.Grains;

namespace Sweep.Tests.Cluster;

/// <summary>
/// What one silo measures, heard at its own instruments: in a process with several silos <c>/metrics</c> mixes them, and forgets an instrument when another silo's of
/// the same name ends.
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
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Hear(instrument, value));
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Hear(instrument, value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Hear(instrument, value));
        _listener.Start();
    }

    /// <summary>The sum of a counter since the start, or what a gauge shows now; null if it was silent.</summary>
    public double? Read(string instrument)
    {
        _listener.RecordObservableInstruments();
        return _values.TryGetValue(instrument, out var value) ? value : null;
    }

    public void Dispose() => _listener.Dispose();

    private void Hear(Instrument instrument, double value) =>
        _values.AddOrUpdate(instrument.Name, value, (_, before) => instrument.IsObservable ? value : before + value);
}
