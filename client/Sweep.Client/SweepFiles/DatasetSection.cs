using System.Text.RegularExpressions;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>The section <c>dataset</c>: a local file, a download, or a text that the cluster has already.</summary>
/// <param name="Place">The section in the file, as the place of errors about the text.</param>
/// <param name="Path">The path of a local file; null where there is none.</param>
/// <param name="Sha256">The hash of the text, lower-case hexadecimal; null when the section does not name it.</param>
internal sealed partial record DatasetSection(
    YamlNode Place, string Name, string? Path, Uri? Url, string? Sha256, SplitKind Split, double Validation, double Test)
{
    public const SplitKind DefaultSplit = SplitKind.Tail;

    public const double DefaultValidation = 0.2;

    public static DatasetSection Read(YamlNode node, Problems problems)
    {
        var section = new Section(node, problems, "name", "path", "url", "sha256", "split", "validation", "test");
        var name = section.Text("name");
        var path = section.Text("path");
        var url = section.Read("url", ReadUrl);
        var sha256 = section.Read("sha256", ReadHash);
        var split = section.Word<SplitKind>("split") ?? DefaultSplit;
        var validation = section.Read<double?>("validation", node => PlainValue.Real(node)) ?? DefaultValidation;
        var test = section.Read<double?>("test", node => PlainValue.Real(node)) ?? 0;
        if (section.Find("path") is not null && section.Find("url") is not null)
            throw section.Wrong("path and url", "expected one of them");
        if (section.Find("url") is { } download && section.Find("sha256") is null)
            throw download.Wrong("a url without sha256", "expected the text's hash beside it: sha256: 64 hexadecimal digits");
        if (section.Find("name") is null && section.Find("path") is null && section.Find("url") is null)
            throw section.Wrong("no text", "expected path: FILE, url: with sha256:, or the name: of a stored text");

        // The name is empty only when a mistake was noted above, so that the path or the address could not be read.
        name ??= System.IO.Path.GetFileNameWithoutExtension(path ?? url?.AbsolutePath) ?? "";
        return new(node, name, path, url, sha256, split, validation, test);
    }

    /// <summary>
    /// Makes the path of the text absolute. A path in the file is relative to the file's folder, one on the command line to the current
    /// folder.
    /// </summary>
    /// <param name="folder">The folder of the sweep file.</param>
    /// <returns>The section with the absolute path of its text.</returns>
    /// <exception cref="SweepFileException">A path of the file leads out of its folder.</exception>
    public DatasetSection Resolved(string folder)
    {
        if (Path is null)
            return this;
        var place = PlaceOf("path");
        return this with { Path = NamedPath.Of(folder, place, Path, "a text") };
    }

    /// <summary>An error at the place of a key of the section.</summary>
    /// <param name="part">The key. If the file does not have it, the place of the error is the section.</param>
    public SweepFileException Wrong(string part, string found, string expected) => PlaceOf(part).Wrong(found, expected);

    private YamlNode PlaceOf(string key) => ((YamlMap)Place).Find(key) ?? Place;

    private static Uri ReadUrl(YamlNode node) =>
        Uri.TryCreate(PlainValue.Text(node), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url
            : throw node.Wrong("expected an address that begins with https://");

    private static string ReadHash(YamlNode node) =>
        node is YamlScalar scalar && Hash().IsMatch(scalar.Text)
            ? scalar.Text.ToLowerInvariant()
            : throw node.Wrong("expected 64 hexadecimal digits (sha256sum FILE)");

    [GeneratedRegex(@"^[0-9A-Fa-f]{64}\z")]
    private static partial Regex Hash();
}
