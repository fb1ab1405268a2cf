using Sweep.Client.Datasets;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Running;

/// <summary>A sweep that passed every check, ready to be planned or submitted.</summary>
public sealed record CheckedSweep(SweepSpec Spec, DatasetText Dataset)
{
    /// <summary>Reads a sweep file and its overrides, fetches its text, and checks them all. Nothing is stored.</summary>
    /// <param name="overrides">Texts of the form <c>key.path=value</c>.</param>
    /// <exception cref="SweepFileException">
    /// The file, an override or the text is wrong. The error is the mistake with the lowest line number. The text, and whether the trials
    /// fit it, are checked only when the file itself has no mistake.
    /// </exception>
    public static async Task<CheckedSweep> LoadAsync(
        string path, IReadOnlyList<string> overrides, DatasetReader datasets, CancellationToken cancellation = default)
    {
        var draft = await SweepFile.ReadAsync(path, overrides, cancellation);
        var text = await FetchAsync(draft.Dataset, datasets, cancellation);
        SizeCheck.Check(draft, text.Characters);
        return new(draft.Spec with { Dataset = draft.Spec.Dataset with { Sha256 = text.Sha256 } }, text);
    }

    /// <summary>The trials with their size, cost and memory.</summary>
    public SweepPlan Plan() => SweepPlan.Of(Spec, Dataset.Characters, Dataset.Vocabulary.Size);

    private static async Task<DatasetText> FetchAsync(DatasetSection dataset, DatasetReader datasets, CancellationToken cancellation)
    {
        try
        {
            return await datasets.FetchAsync(new(dataset.Name, dataset.Path, dataset.Url, dataset.Sha256), cancellation);
        }
        catch (DatasetException error)
        {
            // The reader of datasets has no line numbers, so they are added here.
            throw dataset.Wrong(error.Part, error.Found, error.Expected);
        }
    }
}
