using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static System.FormattableString;

namespace Sweep.Domain.Reports;

/// <summary>What a reader of losses and accuracies must know of the text's split.</summary>
public static class SplitText
{
    private const string Flatters =
        "the numbers on them are better than on new text (split: tail holds out the end of the text).";

    /// <summary>The kind and the shares in a few words: <c>tail with 20 % held out</c>.</summary>
    public static string Of(DatasetSpec dataset) =>
        Invariant($"{dataset.Kind.ToString().ToLowerInvariant()} with {dataset.Validation * 100:0.#} % held out")
        + (dataset.Test > 0 ? Invariant($" and {dataset.Test * 100:0.#} % for the test") : "");

    /// <summary>How many windows each part has, in a sentence.</summary>
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    public static string Plan(DatasetSpec dataset, int characters)
    {
        var split = $"Split: {Of(dataset)}";
        if (dataset.FirstTarget is not { } first)
            return $"{split}. Each trial splits its own windows.";
        var counts = dataset.Counts(characters, first);
        var test = counts.Test > 0 ? Invariant($" and {counts.Test:#,0} in the test") : "";
        return Invariant($"{split}. Every trial predicts the same {counts.Training:#,0} characters in training, ")
            + Invariant($"{counts.Validation:#,0} in validation{test}; the first {first:#,0} only begin windows.");
    }

    /// <summary>Sentences on how far the numbers of held-out windows can be trusted.</summary>
    internal static IEnumerable<string> Notes(SweepSpec spec, IReadOnlyList<TrialSummary> trials)
    {
        if (spec.Program is not null)
            yield break;
        var (dataset, heldOut) = (spec.Dataset, spec.Dataset.Test > 0 ? "validation and test" : "validation");
        if (dataset.Kind == SplitKind.Windows)
        {
            yield return $"Each trial drew its {heldOut} windows by its own seed from all windows of its own length: trials with another "
                + "seed or sequence_length are measured on other windows (split: random and split: tail measure all on the same "
                + $"characters). Windows overlap, so almost every character of those held out was trained on: {Flatters}";
        }
        else if (dataset.Kind == SplitKind.Random)
        {
            yield return $"The characters of {heldOut} were drawn at random from the whole text, the same for every trial. The windows "
                + $"before them overlap with windows that were trained on: {Flatters}";
        }

        if (dataset.Test > 0)
        {
            yield return Invariant($"No epoch was chosen by the test loss, which is of the best epoch on {dataset.Test * 100:0.#} % ")
                + "of the windows, and the order of the trials is not by it: it stays free of choice as long as no trial is chosen by it.";
        }
        else if (spec.Objective.Metric != Metric.TrainLoss && trials.Any(trial => trial.Parameters.Epochs > 1))
        {
            yield return "Each trial's best epoch was chosen on the validation set that is reported, so its numbers are too good by a "
                + "little; dataset.test keeps a part of the text on which nothing is chosen.";
        }
    }
}
