using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>How the number of a measure is written for people, with its unit.</summary>
internal static class MeasureFormat
{
    /// <summary>The format of a measure of a report. A program's metrics have units that nobody knows, whatever they are called.</summary>
    public static Func<double, string> Of(SweepReport report, string measure) =>
        OfUnit(report, measure) ?? Quantities.Metric;

    /// <summary>A mean and half of its interval. That of a metric has as many decimals as the mean.</summary>
    public static string WithMargin(SweepReport report, string measure, double mean, double margin) =>
        OfUnit(report, measure) is { } format ? $"{format(mean)} ± {format(margin)}" : Quantities.Metric(mean, margin);

    /// <summary>The title of its column. A program's metrics keep their names.</summary>
    public static string Title(SweepReport report, string measure) =>
        IsOfProgram(report, measure) ? measure : measure.Replace('_', '\n');

    /// <summary>The format of what the built-in model measures, and of costs.</summary>
    /// <param name="measure">Its name as in tables and JSON.</param>
    public static Func<double, string> Of(string measure) => OfUnit(measure) ?? Quantities.Metric;

    /// <summary>Null of a metric without a unit.</summary>
    private static Func<double, string>? OfUnit(SweepReport report, string measure) =>
        IsOfProgram(report, measure) ? null : OfUnit(measure);

    private static Func<double, string>? OfUnit(string measure) => measure switch
    {
        "val_accuracy" or "test_accuracy" or "last_val_accuracy" => Quantities.Percent,
        "perplexity" => Quantities.Perplexity,
        "train_seconds" or "train_processor_seconds" => Quantities.Seconds,
        "inference_ms" => Quantities.Milliseconds,
        "macs" or "model_parameters" => Quantities.Count,
        "model_bytes" or "peak_memory_bytes" => Quantities.Bytes,
        _ => null,
    };

    private static bool IsOfProgram(SweepReport report, string measure) =>
        report.Reported?.Any(metric => metric.Name == measure) == true;
}
