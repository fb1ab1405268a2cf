using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Sweep.Silo.Monitoring;

/// <summary>Of the hundreds of series that Orleans has, those that a dashboard shows.</summary>
internal static class OrleansMetrics
{
    public const string MeterName = "Microsoft.Orleans";

    private static readonly HashSet<string> Shown = ["orleans-catalog-activations", "orleans-gateway-connected-clients", "orleans-messaging-sent-messages-size"];

    /// <summary>A view that drops the others.</summary>
    public static MetricStreamConfiguration? Keep(Instrument instrument) =>
        instrument.Meter.Name == MeterName && !Shown.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : null;
}
