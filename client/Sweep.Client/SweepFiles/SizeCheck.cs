using Sweep.Client.Datasets;
using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Client.SweepFiles;

/// <summary>Whether every trial of a sweep fits its text.</summary>
internal static class SizeCheck
{
    /// <exception cref="SweepFileException">The first mistake by line.</exception>
    public static void Check(SweepDraft draft, DatasetText text)
    {
        var problems = new Problems();
        foreach (var problem in TextFit.Problems(SearchMethods.For(draft.Spec).Trials(), draft.Spec.Dataset.Validation, text.Characters))
            problems.Add(problem.In(draft.Tree));
        problems.ThrowFirst();
    }
}
