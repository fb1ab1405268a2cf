using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;
using Sweep.Grains;

namespace Sweep.Silo.Monitoring;

/// <summary>The traces of trials, exported by OTLP where OpenTelemetry's own variables say so. They decide protocol, headers and sampling too.</summary>
internal static class TrialTraces
{
    /// <summary>Whether there is an address to export to.</summary>
    public static bool AreAsked(IConfiguration configuration) =>
        configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } || configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] is { Length: > 0 };

    public static void Export(OpenTelemetryBuilder telemetry, string silo) => telemetry
        .WithTracing(tracing => tracing
            .ConfigureResource(resource => resource.AddService("sweep-silo", autoGenerateServiceInstanceId: false, serviceInstanceId: silo))
            .AddSource(SweepActivities.SourceName, ActivitySources.ApplicationGrainActivitySourceName)
            .AddProcessor(new TrialsOnly())
            .AddOtlpExporter())
        .WithMetrics(metrics => metrics.SetExemplarFilter(ExemplarFilterType.TraceBased));

    /// <summary>Leaves out the grain calls that belong to no trial, with all that follows from them: each worker alone renews its leases twice a second.</summary>
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
