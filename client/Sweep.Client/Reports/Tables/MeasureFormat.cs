using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>How the number of a measure is written for people, with its unit.</summary>
internal static class MeasureFormat
{
    /// <summary>The format of a measure of a report. A program's metrics have units that nobody knows, whatever they are called.</summary>
    public static Func<double, string> Of(SweepReport report, string measure) =>
        IsOfProgram(report, measure) ? Quantities.Metric : Of(measure);

    /// <summary>The title of its column. A program's metrics keep their names.</summary>
    public static string Title(SweepReport report, string measure) =>
        IsOfProgram(report, measure) ? measure : measure.Replace('_', '\n');

    /// <summary>The format of what the built-in model measures, and of costs.</summary>
    /// <param name="measure">Its name as in tables and JSON.</param>
    public static Func<double, string> Of(string measure) => measure switch
    {
        "val_accuracy" or "test_accuracy" or "last_val_accuracy" => Quantities.Percent,
        "perplexity" => Quantities.Perplexity,
        "train_seconds" or "train_processor_seconds" => Quantities.Seconds,
        "inference_ms" => Quantities.Milliseconds,
        "macs" or "model_parameters" => Quantities.Count,
        "model_bytes" or "peak_memory_bytes" => Quantities.Bytes,
        _ => Quantities.Metric,
    };

    private static bool IsOfProgram(SweepReport report, string measure) =>
        report.Reported?.Any(metric => metric.Name == measure) == true;
}
