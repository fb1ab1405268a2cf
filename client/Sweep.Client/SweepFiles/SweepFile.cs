using Sweep.Client.Files;

namespace Sweep.Client.SweepFiles;

/// <summary>Sweep files: their format is in <c>docs/sweep-file.md</c>.</summary>
internal static class SweepFile
{
    /// <summary>Bytes of a sweep file.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a sweep file and its overrides, with every check that needs no text.</summary>
    /// <param name="overrides">
    /// In the form <c>key.path=value</c>, the value in YAML, or text where the key takes text; a later one wins. Paths in them are relative
    /// to the current folder, those of the file to the file.
    /// </param>
    /// <exception cref="SweepFileException">The first mistake by line.</exception>
    public static async Task<SweepDraft> ReadAsync(string path, IReadOnlyList<string> overrides, CancellationToken cancellation)
    {
        var (_, text) = await Utf8File.ReadAsync(
            path, MaxBytes, (found, expected) => new SweepFileException($"{path}: found {found}; {expected}."), cancellation);
        var root = YamlTreeReader.Read(text, "", line => new(path, line));
        var tree = root as YamlMap ?? throw root.Wrong("expected keys such as dataset and parameters");
        var draft = SweepFileReader.Read(overrides.Aggregate(tree, Override.Apply), Path.GetFileNameWithoutExtension(path));
        return draft with { Dataset = draft.Dataset.Resolved(Path.GetDirectoryName(Path.GetFullPath(path))!) };
    }
}
