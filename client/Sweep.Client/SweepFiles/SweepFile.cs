using Sweep.Client.Files;

namespace Sweep.Client.SweepFiles;

/// <summary>Reads sweep files. Their format is described in <c>docs/sweep-file.md</c>.</summary>
internal static class SweepFile
{
    /// <summary>The greatest size of a sweep file, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a sweep file and its overrides, and makes every check that does not need the text of the dataset.</summary>
    /// <param name="overrides">
    /// Texts of the form <c>key.path=value</c>. The value is YAML, or plain text for a key that takes text, and a later text replaces an
    /// earlier one. Paths in overrides are relative to the current folder, paths in the file to the file's folder.
    /// </param>
    /// <exception cref="SweepFileException">The mistake with the lowest line number.</exception>
    public static async Task<SweepDraft> ReadAsync(string path, IReadOnlyList<string> overrides, CancellationToken cancellation)
    {
        var (_, text) = await Utf8File.ReadAsync(
            path, MaxBytes, (found, expected) => new SweepFileException($"{path}: found {found}; {expected}."), cancellation);
        var root = YamlTreeReader.Read(text, "", line => new(path, line));
        var tree = root as YamlMap ?? throw root.Wrong("expected keys such as dataset and parameters");
        var draft = SweepFileReader.Read(overrides.Aggregate(tree, Override.Apply), Path.GetFileNameWithoutExtension(path));
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return draft.Program is { } program
            ? draft with { Program = program.Resolved(folder) }
            : draft with { Dataset = draft.Dataset.Resolved(folder) };
    }
}
