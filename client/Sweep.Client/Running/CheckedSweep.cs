using Sweep.Client.Clusters;
using Sweep.Client.Datasets;
using Sweep.Client.Errors;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Running;

/// <summary>A sweep that passed every check, ready to be planned or submitted.</summary>
/// <param name="Start">The weights from which its trials start; null for random ones.</param>
public sealed record CheckedSweep(SweepSpec Spec, DatasetText Dataset, TrialWeights? Start = null) : ISubmission
{
    /// <summary>Reads a sweep file and its overrides, fetches its text, and checks them all. Nothing is stored.</summary>
    /// <param name="overrides">Texts of the form <c>key.path=value</c>.</param>
    /// <param name="starts">Finds the trial that <c>start_from</c> names; null where there is no cluster.</param>
    /// <exception cref="SweepFileException">
    /// The file, an override or the text is wrong. The error is the mistake with the lowest line number. The text, and whether the trials
    /// fit it, are checked only when the file itself has no mistake.
    /// </exception>
    public static async Task<CheckedSweep> LoadAsync(
        string path, IReadOnlyList<string> overrides, DatasetReader datasets, CancellationToken cancellation = default,
        StartReader? starts = null)
    {
        var draft = await SweepFile.ReadAsync(path, overrides, cancellation);
        if (draft.Program is { } program)
            throw program.Place.Wrong("a program", "expected a dataset");

        var text = await FetchAsync(draft.Dataset, datasets, cancellation);
        var start = draft.StartFrom is null ? null : await StartAsync(draft, draft.StartFrom, starts, cancellation);
        FitCheck.Check(draft, text.Characters, text.Vocabulary, start is null ? null : (start.Start, start.Weights));
        var spec = draft.Spec with { Dataset = draft.Spec.Dataset with { Sha256 = text.Sha256 }, StartFrom = start?.Start };
        return new(spec, text, start?.Weights);
    }

    async Task ISubmission.StoreAsync(Cluster cluster, CancellationToken cancellation)
    {
        await cluster.Datasets.AddAsync(Spec.Dataset.Sha256, Spec.Dataset.Name, Dataset.Bytes, cancellation);
        if (Start is { } weights)
            await cluster.Weights.AddAsync(Spec.StartFrom!.Sha256, weights.File, cancellation);
    }

    /// <summary>The trials with their size, cost and memory.</summary>
    public SweepPlan Plan() => SweepPlan.Of(Spec, Dataset.Characters, (Start?.Vocabulary ?? Dataset.Vocabulary).Size);

    private static async Task<StartWeights> StartAsync(
        SweepDraft draft, string address, StartReader? starts, CancellationToken cancellation)
    {
        var place = draft.Tree.Find("start_from")!;
        if (starts is null)
            throw place.Wrong("expected none, since there is no cluster that could have it");
        try
        {
            return await starts(address, cancellation);
        }
        catch (Exception error) when (error is WrongInputException or RequestRefusedException)
        {
            throw new SweepFileException($"{place.Origin}: start_from: {error.Message}", error)
            {
                Line = place.Origin.Line ?? long.MaxValue,
            };
        }
    }

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
