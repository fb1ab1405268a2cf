using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Checks that every trial of a sweep fits the text, and the weights that it starts from, and that its checkpoint can be stored.
/// </summary>
internal static class FitCheck
{
    /// <param name="characters">The length of the text in characters.</param>
    /// <param name="start">What the trials start from; null for random weights.</param>
    /// <param name="text">The characters of the text.</param>
    /// <exception cref="SweepFileException">
    /// A trial does not fit the text, or the weights that it starts from. The error is the mistake with the lowest line number.
    /// </exception>
    public static void Check(SweepDraft draft, int characters, Vocabulary text, (StartSpec Start, TrialWeights Weights)? start)
    {
        var problems = new Problems();
        var trials = SearchMethods.ToCheck(draft.Spec);
        var misfits = start is var (from, weights) ? StartFit.Problems(trials, draft.Spec.Dataset, from, weights, text) : [];
        var tooLarge = CheckpointFit.Problems(trials, (start?.Weights.Vocabulary ?? text).Size);
        foreach (var problem in TextFit.Problems(trials, draft.Spec.Dataset, characters).Concat(misfits).Concat(tooLarge))
            problems.Add(problem.In(draft.Tree));
        problems.ThrowFirst();
    }
}
