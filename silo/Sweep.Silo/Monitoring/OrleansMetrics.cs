using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Sweep.Silo.Monitoring;

/// <summary>Keeps, of the hundreds of metrics of Orleans, only those that a dashboard shows.</summary>
internal static class OrleansMetrics
{
    public const string MeterName = "Microsoft.Orleans";

    private static readonly HashSet<string> Shown =
    [
        "orleans-catalog-activations", "orleans-gateway-connected-clients", "orleans-messaging-sent-messages-size",
    ];

    /// <summary>A view that drops the other metrics of Orleans.</summary>
    public static MetricStreamConfiguration? Keep(Instrument instrument) =>
        instrument.Meter.Name == MeterName && !Shown.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : null;
}
