namespace Sweep.Client.SweepFiles;

/// <summary>
/// Applies one option <c>--set key=value</c>, such as <c>parameters.epochs=5</c>, <c>parameters.cell={values: [lstm]}</c> or
/// <c>dataset.path=act #1.txt</c>.
/// </summary>
internal static class Override
{
    /// <summary>
    /// The keys whose values are taken as typed and not read as YAML. The shell has removed the quotes, and without quotes YAML gives
    /// <c>#</c>, <c>: </c> and <c>null</c> a meaning of their own.
    /// </summary>
    private static readonly string[] TextKeys =
        ["name", "dataset.path", "dataset.url", "dataset.sha256", "dataset.name", "start_from", "program.folder"];

    /// <returns>The file with the key added or its value replaced.</returns>
    /// <exception cref="SweepFileException">The text has no key, or the key leads through a value that has no keys.</exception>
    public static YamlMap Apply(YamlMap file, string text)
    {
        var origin = new Origin($"--set {text}", null);
        var split = text.IndexOf('=', StringComparison.Ordinal);
        var keys = split < 0 ? [] : text[..split].Trim().Split('.');
        if (keys.Length == 0 || keys.Any(key => key.Length == 0))
            throw new SweepFileException($"{origin}: found no key; write key=value, such as parameters.epochs=5.");
        var (path, value) = (string.Join('.', keys), text[(split + 1)..]);
        var node = string.IsNullOrWhiteSpace(value) ? new YamlScalar(origin, path, "", Quoted: false)
            : TextKeys.Contains(path) ? new YamlScalar(origin, path, value, Quoted: true)
            : YamlTreeReader.Read(value, path, _ => origin);
        return Set(WithoutOtherSource(file, keys), keys, node);
    }

    /// <summary>
    /// Removes the file's address of a text when the option sets a path, and its path when the option sets an address. A hash in the file
    /// stays, and is checked.
    /// </summary>
    private static YamlMap WithoutOtherSource(YamlMap file, string[] keys)
    {
        var other = keys switch
        {
            ["dataset", "path"] => "url",
            ["dataset", "url"] => "path",
            _ => null,
        };
        return other is null || file.Find("dataset") is not YamlMap dataset
            ? file
            : With(file, "dataset", dataset with { Entries = [.. dataset.Entries.Where(entry => entry.Key != other)] });
    }

    private static YamlMap Set(YamlMap map, ReadOnlySpan<string> keys, YamlNode value)
    {
        if (keys.Length == 1)
            return With(map, keys[0], value);
        var inner = map.Find(keys[0]) switch
        {
            YamlMap below => below,
            null => new YamlMap(value.Origin, YamlPath.Join(map.Path, keys[0]), []),
            var other => throw (other with { Origin = value.Origin }).Wrong(
                $"a key within {other.Shown}, which has none", $"expected a value for {other.Path} itself"),
        };
        return With(map, keys[0], Set(inner, keys[1..], value));
    }

    private static YamlMap With(YamlMap map, string key, YamlNode value)
    {
        var entry = new YamlEntry(value.Origin, key, value);
        return map with
        {
            Entries = map.Find(key) is null
                ? [.. map.Entries, entry]
                : [.. map.Entries.Select(old => old.Key == key ? entry with { Origin = old.Origin } : old)],
        };
    }
}
