namespace Sweep.Client.Datasets;

/// <summary>Where a text comes from: a local file, a download, or the cluster, which is asked when there is neither.</summary>
/// <param name="Path">Of a local file.</param>
/// <param name="Url">Of a download; it has a hash.</param>
/// <param name="Sha256">What the text must have, lower-case hexadecimal; null for any.</param>
internal sealed record DatasetSource(string Name, string? Path, Uri? Url, string? Sha256);
