using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Client.SweepFiles;

/// <summary>Whether every trial of a sweep fits its text.</summary>
internal static class SizeCheck
{
    /// <param name="characters">Of the text.</param>
    /// <exception cref="SweepFileException">The first mistake by line.</exception>
    public static void Check(SweepDraft draft, int characters)
    {
        var problems = new Problems();
        var parameters = (YamlMap)draft.Tree.Find("parameters")!;
        var sizes = SearchMethods.For(draft.Spec).Trials().Select(trial => trial.ForModel()).Select(trial => (trial.SequenceLength, trial.BatchSize)).Distinct();
        foreach (var (length, batch) in sizes)
        {
            var windows = WindowCounts.Of(characters, length, draft.Spec.Dataset.Validation);
            if (length >= characters)
            {
                problems.Add(Place("sequence_length").Wrong(
                    $"{length}", $"the text has {characters} characters, so expected at most {characters - 1}"));
            }
            else if (windows.Training < 1 || windows.Validation < 1)
            {
                problems.Add(Validation().Wrong(
                    $"{draft.Spec.Dataset.Validation}",
                    $"of {characters - length} windows of {length} characters that leaves {windows.Training} to train on "
                        + $"and {windows.Validation} to validate with; both need one"));
            }
            else if (batch > windows.Training)
                problems.Add(Place("batch_size").Wrong($"{batch}", $"with sequences of {length} the training set has {windows.Training} windows; expected at most those, or full"));
        }

        problems.ThrowFirst();

        // A parameter that the file leaves at its default has no line of its own.
        YamlNode Place(string parameter) => parameters.Find(parameter) is { } node ? node : parameters with { Path = YamlPath.Join(parameters.Path, parameter) };
        YamlNode Validation() => draft.Dataset.Place is YamlMap map && map.Find("validation") is { } node ? node : draft.Dataset.Place with { Path = "dataset.validation" };
    }
}
