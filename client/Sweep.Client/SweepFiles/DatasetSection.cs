using System.Text.RegularExpressions;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>The section <c>dataset</c>: a local file, a download, or a text that the cluster has already.</summary>
/// <param name="Place">For errors about the text.</param>
/// <param name="Sha256">Lower-case hexadecimal; null when the file does not name it.</param>
internal sealed partial record DatasetSection(
    YamlNode Place, string Name, YamlNode? Path, Uri? Url, string? Sha256, SplitKind Split, double Validation)
{
    public const double DefaultValidation = 0.2;

    public static DatasetSection Read(YamlNode node, Problems problems)
    {
        var section = new Section(node, problems, "name", "path", "url", "sha256", "split", "validation");
        var name = section.Text("name");
        var path = section.Text("path");
        var url = section.Read("url", ReadUrl);
        var sha256 = section.Read("sha256", ReadHash);
        var split = section.Word<SplitKind>("split") ?? SplitKind.Random;
        var validation = section.Read<double?>("validation", node => PlainValue.Real(node)) ?? DefaultValidation;
        if (section.Find("path") is not null && section.Find("url") is not null)
            throw section.Wrong("path and url", "expected one of them");
        if (section.Find("url") is { } download && section.Find("sha256") is null)
            throw download.Wrong("a url without sha256", "expected the text's hash beside it: sha256: 64 hexadecimal digits");
        if (section.Find("name") is null && section.Find("path") is null && section.Find("url") is null)
            throw section.Wrong("no text", "expected path: FILE, url: with sha256:, or the name: of a stored text");

        // Nothing is left to name it after only where a mistake was noted.
        name ??= System.IO.Path.GetFileNameWithoutExtension(path ?? url?.AbsolutePath) ?? "";
        return new(node, name, section.Find("path"), url, sha256, split, validation);
    }

    private static Uri ReadUrl(YamlNode node) =>
        Uri.TryCreate(PlainValue.Text(node), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url
            : throw node.Wrong("expected an address that begins with https://");

    private static string ReadHash(YamlNode node) =>
        node is YamlScalar scalar && Hash().IsMatch(scalar.Text) ? scalar.Text.ToLowerInvariant() : throw node.Wrong("expected 64 hexadecimal digits (sha256sum FILE)");

    [GeneratedRegex(@"^[0-9A-Fa-f]{64}\z")]
    private static partial Regex Hash();
}
