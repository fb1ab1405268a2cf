using System.Globalization;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>Checks whether trials of the built-in model fit their text.</summary>
public static class TextFit
{
    /// <summary>The mistakes of each pair of a window's length and a batch's size that occurs.</summary>
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    public static IEnumerable<SpecProblem> Problems(IEnumerable<ParameterMap> trials, DatasetSpec dataset, int characters)
    {
        var sizes = trials.Select(trial => trial.ForModel()).Select(trial => (trial.SequenceLength, trial.BatchSize));
        foreach (var (length, batch) in sizes.Distinct())
        {
            var windows = dataset.Counts(characters, length);
            var longest = Math.Max(length, dataset.FirstTarget ?? 0);
            if (longest >= characters)
            {
                yield return SpecProblem.About(
                    "parameters.sequence_length",
                    SpecProblem.Show(longest),
                    Invariant($"the text has {characters} characters, so expected at most {characters - 1}"));
            }
            else if (windows.Training < 1 || windows.Validation < 1)
            {
                yield return SpecProblem.About(
                    "dataset.validation",
                    SpecProblem.Show(dataset.Validation),
                    Invariant($"of {windows.All} windows of {length} characters that leaves {windows.Training} to train on ")
                        + (dataset.Test == 0
                            ? Invariant($"and {windows.Validation} to validate with; both need one")
                            : Invariant($"and {windows.Validation} to validate with beside {windows.Test} for the test; each needs one")));
            }
            else if (batch > windows.Training)
            {
                yield return SpecProblem.About(
                    "parameters.batch_size",
                    SpecProblem.Show(batch),
                    Invariant($"with sequences of {(longest > length ? "up to " : "")}{longest} the training set has ")
                        + Invariant($"{windows.Training} windows; ")
                        + "expected at most those, or full");
            }
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
