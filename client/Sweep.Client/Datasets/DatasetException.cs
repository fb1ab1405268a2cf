namespace Sweep.Client.Datasets;

/// <summary>A text cannot be used.</summary>
/// <param name="part">The key of the text's source that is wrong: name, path, url or sha256.</param>
/// <param name="found">What was found.</param>
/// <param name="expected">The rest of the sentence after "found …; ".</param>
internal sealed class DatasetException(string part, string found, string expected)
    : Exception($"dataset.{part}: found {found}; {expected}.")
{
    public string Part { get; } = part;

    public string Found { get; } = found;

    public string Expected { get; } = expected;
}
