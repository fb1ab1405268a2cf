using Sweep.Client.Datasets;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>A sweep that passed every check, ready to be planned or submitted.</summary>
public sealed record CheckedSweep(SweepSpec Spec, DatasetText Dataset)
{
    /// <summary>The trials and what they will take.</summary>
    public SweepPlan Plan() => SweepPlan.Of(Spec, Dataset.Characters, Dataset.Vocabulary.Size);
}

/// <summary>Sweep files: their format is in <c>docs/sweep-file.md</c>.</summary>
public static class SweepFile
{
    /// <summary>Bytes of a sweep file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a sweep file, its overrides and its text, and checks them all; nothing is stored.</summary>
    /// <param name="overrides">In the form <c>key.path=value</c>, the value in YAML, or text where the key takes text; a later one wins. Paths in them are relative to the current folder, those of the file to the file.</param>
    /// <exception cref="SweepFileException">The first mistake by line: of the file first, then of its text and of what does not fit it.</exception>
    public static async Task<CheckedSweep> LoadAsync(string path, IReadOnlyList<string> overrides, DatasetReader datasets, CancellationToken cancellation = default)
    {
        var (_, text) = await Utf8File.ReadAsync(path, MaxBytes, (found, expected) => new SweepFileException($"{path}: found {found}; {expected}."), cancellation);
        var root = YamlTreeReader.Read(text, "", line => new(path, line));
        var tree = root as YamlMap ?? throw root.Wrong("expected keys such as dataset and parameters");
        var draft = SweepFileReader.Read(overrides.Aggregate(tree, Override.Apply), Path.GetFileNameWithoutExtension(path));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var dataset = await datasets.ReadAsync(draft.Dataset, folder, cancellation);
        SizeCheck.Check(draft, dataset);
        return new(draft.Spec with { Dataset = draft.Spec.Dataset with { Sha256 = dataset.Sha256 } }, dataset);
    }
}
