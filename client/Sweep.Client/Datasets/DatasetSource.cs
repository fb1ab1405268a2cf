namespace Sweep.Client.Datasets;

/// <summary>Where a text comes from: a local file, a download, or, without a path and an address, the cluster.</summary>
/// <param name="Path">The path of a local file.</param>
/// <param name="Url">The address of a download, which always has a hash.</param>
/// <param name="Sha256">The hash that the text must have, lower-case hexadecimal; null for any.</param>
internal sealed record DatasetSource(string Name, string? Path, Uri? Url, string? Sha256);
