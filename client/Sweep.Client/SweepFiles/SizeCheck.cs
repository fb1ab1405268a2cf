using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Checks that the text is long enough for every trial of a sweep.</summary>
internal static class SizeCheck
{
    /// <param name="characters">The length of the text in characters.</param>
    /// <exception cref="SweepFileException">
    /// A trial does not fit the text. The error is the mistake with the lowest line number.
    /// </exception>
    public static void Check(SweepDraft draft, int characters)
    {
        var problems = new Problems();
        foreach (var problem in TextFit.Problems(SearchMethods.For(draft.Spec).Trials(), draft.Spec.Dataset, characters))
            problems.Add(problem.In(draft.Tree));
        problems.ThrowFirst();
    }
}
