using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Tables;

/// <summary>One row for each known fact about a trial.</summary>
internal static class TrialFacts
{
    public static OutputTable Of(TrialSummary trial, SweepSpec spec) => new(
        [new("fact", ""), new("value", "")],
        [.. from fact in Facts(trial, spec) where fact.Value is not null select (IReadOnlyList<object?>)[fact.Name, fact.Value]]);

    private static IEnumerable<(string Name, string? Value)> Facts(TrialSummary trial, SweepSpec spec)
    {
        yield return ("state", PlainText.Of(trial.State));
        yield return ("reason", trial.Explanation);
        yield return ("worker", trial.Worker);
        yield return ("attempt", PlainText.Of(trial.Attempt));
        foreach (var parameter in spec.Parameters.Catalog.All.Select(definition => definition.Name).Intersect(trial.Parameters.Names))
            yield return (parameter, trial.Parameters.ValueOf(parameter).ToString());
        yield return (
            "epochs done", PlainText.Of(trial.EpochsDone) + (trial.Parameters.Epochs is > 0 and var most ? $" of {most}" : ""));
        foreach (var (name, epoch) in new[] { ("best", trial.Best), ("last", trial.Last) })
        {
            if (epoch is not null)
                yield return ($"{name} epoch", $"{epoch.Epoch}: {Numbers(epoch, spec)}");
        }

        yield return (
            "pruned",
            trial.PrunedAt is { } pruned ? $"{Quantities.LocalTime(pruned)}: checkpoint, log and other epochs are freed" : null);
        if (trial.ProgramResult is { } program)
        {
            yield return ("time", Time(program.Seconds, program.ProcessorSeconds));
            yield return ("peak memory", program.PeakMemoryBytes is { } bytes ? Quantities.Bytes(bytes) : null);
        }

        if (trial.Result is not { } result)
            yield break;
        yield return (
            "test",
            result.Test is { } test
                ? $"loss {Quantities.Metric(test.Loss, test.LossError)}, accuracy {Quantities.Percent(test.Accuracy)}"
                : null);
        yield return (
            "windows",
            $"{result.TrainingWindows} for training, {result.ValidationWindows} for validation"
                + (result.Test is { } part ? $", {part.Windows} for the test" : ""));
        yield return ("training time", Time(result.TrainSeconds, result.TrainProcessorSeconds));
        yield return ("validation time", result.ValidationSeconds is { } wall ? Time(wall, result.ValidationProcessorSeconds) : null);
        yield return (
            "inference",
            $"{Quantities.Milliseconds(result.InferenceMilliseconds)} ms a window"
                + (result is { InferenceLowMilliseconds: { } low, InferenceHighMilliseconds: { } high }
                    ? $" ({Quantities.Milliseconds(low)} to {Quantities.Milliseconds(high)}), "
                    : ", ")
                + $"{Quantities.Count(result.InferenceWindowsPerSecond)} windows/s in a batch");
        yield return (
            "model",
            $"{PlainText.Of(result.Parameters)} parameters, {Quantities.Bytes(result.ModelBytes)}, "
                + $"{Quantities.Count(result.Macs)} multiply-accumulates a window");
        yield return ("peak memory", Quantities.Bytes(result.PeakMemoryBytes));
    }

    private static string Time(double wall, double? processor) =>
        Quantities.Seconds(wall) + (processor is { } seconds ? $", {Quantities.Seconds(seconds)} of processor time" : "");

    private static string Numbers(EpochReport epoch, SweepSpec spec) => epoch switch
    {
        EpochMetrics model =>
            $"train loss {Quantities.Metric(model.TrainLoss)}, val loss {Quantities.Metric(model.ValLoss, model.ValLossError)}, "
                + $"accuracy {Quantities.Percent(model.ValAccuracy)}, perplexity {Quantities.Perplexity(model.Perplexity)}",
        ProgramMetrics program =>
            string.Join(
                ", ",
                ReportedMetrics.InOrder(spec.Objective.Metric, program.Values.Keys)
                    .Select(metric => $"{metric} {Quantities.Metric(program.Value(metric))}")),
        _ => throw new ArgumentOutOfRangeException(nameof(epoch), epoch, "No trainer reports such epochs."),
    };
}
