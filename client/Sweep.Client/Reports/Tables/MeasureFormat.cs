using Sweep.Client.Output;

namespace Sweep.Client.Reports.Tables;

/// <summary>How the number of a measure is written for people, with its unit.</summary>
internal static class MeasureFormat
{
    /// <param name="measure">Its name as in tables and JSON.</param>
    public static Func<double, string> Of(string measure) => measure switch
    {
        "val_accuracy" or "test_accuracy" or "last_val_accuracy" => Quantities.Percent,
        "perplexity" => Quantities.Perplexity,
        "train_seconds" => Quantities.Seconds,
        "inference_ms" => Quantities.Milliseconds,
        "macs" or "model_parameters" => Quantities.Count,
        "model_bytes" => Quantities.Bytes,
        _ => Quantities.Loss,
    };
}
