namespace Sweep.Domain.Trials;

/// <summary>A number that a trial has once it has succeeded, and that an objective may name beside the metrics of epochs.</summary>
/// <param name="Metric">Its name, as in sweep files and exports.</param>
/// <param name="Goal">Which way is better, where the sweep file does not say.</param>
/// <param name="IsTimed">Whether it is a time, so that another run of the same trial has another one.</param>
public sealed record ResultMeasure(Metric Metric, Goal Goal, bool IsTimed, Func<TrialResult, double> Read)
{
    public static IReadOnlyList<ResultMeasure> All { get; } =
    [
        new(new("train_seconds"), Goal.Minimize, IsTimed: true, result => result.TrainSeconds),
        new(new("inference_ms"), Goal.Minimize, IsTimed: true, result => result.InferenceMilliseconds),
        new(new("model_parameters"), Goal.Minimize, IsTimed: false, result => result.Parameters),
        new(new("model_bytes"), Goal.Minimize, IsTimed: false, result => result.ModelBytes),
        new(new("macs"), Goal.Minimize, IsTimed: false, result => result.Macs),
    ];

    public static ResultMeasure? Find(Metric metric) => All.FirstOrDefault(measure => measure.Metric == metric);
}
