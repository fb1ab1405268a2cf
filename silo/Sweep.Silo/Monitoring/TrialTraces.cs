using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;
using Sweep.Grains;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// The traces of trials, exported by OTLP when OpenTelemetry's own variables name an address. The variables also decide protocol, headers
/// and sampling.
/// </summary>
internal static class TrialTraces
{
    /// <summary>Whether there is an address to export to.</summary>
    public static bool AreAsked(IConfiguration configuration) =>
        configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }
            || configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] is { Length: > 0 };

    public static void Export(OpenTelemetryBuilder telemetry, string silo) => telemetry
        .WithTracing(tracing => tracing
            .ConfigureResource(resource => resource.AddService("sweep-silo", autoGenerateServiceInstanceId: false, serviceInstanceId: silo))
            .AddSource(SweepActivities.SourceName, ActivitySources.ApplicationGrainActivitySourceName)
            .AddProcessor(new TrialsOnly())
            .AddOtlpExporter())
        .WithMetrics(metrics => metrics.SetExemplarFilter(ExemplarFilterType.TraceBased));

    /// <summary>
    /// Drops the grain calls that belong to no trial, and everything that follows from them. Each worker renews its leases twice a second,
    /// which would fill the traces.
    /// </summary>
    private sealed class TrialsOnly : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data)
        {
            if (data.ParentSpanId != default || data.Source.Name == SweepActivities.SourceName)
                return;
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            data.IsAllDataRequested = false;
        }
    }
}
