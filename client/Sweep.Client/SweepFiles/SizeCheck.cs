using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Whether every trial of a sweep fits its text.</summary>
internal static class SizeCheck
{
    /// <param name="characters">Of the text.</param>
    /// <exception cref="SweepFileException">The first mistake by line.</exception>
    public static void Check(SweepDraft draft, int characters)
    {
        var problems = new Problems();
        foreach (var problem in TextFit.Problems(SearchMethods.For(draft.Spec).Trials(), draft.Spec.Dataset.Validation, characters))
            problems.Add(problem.In(draft.Tree));
        problems.ThrowFirst();
    }
}
