using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Reads a map of known keys. A value that is wrong is noted as a mistake, and is null like one that is missing.</summary>
internal sealed class Section
{
    private readonly YamlMap _map;
    private readonly Problems _problems;

    /// <exception cref="SweepFileException">The value is not a map.</exception>
    public Section(YamlNode node, Problems problems, params IReadOnlyCollection<string> known)
    {
        _map = node as YamlMap ?? throw node.Wrong($"expected keys: {string.Join(", ", known)}");
        _problems = problems;
        foreach (var entry in _map.Entries.Where(entry => !known.Contains(entry.Key)))
            problems.Add(entry.Place.Wrong("an unknown key", NearestKey.Hint(entry.Key, known)));
    }

    public YamlNode? Find(string key) => _map.Find(key);

    public T? Read<T>(string key, Func<YamlNode, T> read) => Find(key) is { } node ? _problems.Try(() => read(node)) : default;

    public string? Text(string key) => Read(key, PlainValue.Text);

    public T? Word<T>(string key)
        where T : struct, Enum => Read<T?>(key, node => PlainValue.Word<T>(node));

    public long? Whole(string key, WholeBound bound) => Read<long?>(key, node => PlainValue.Whole(node, bound));

    public SweepFileException Wrong(string found, string expected) => _map.Wrong(found, expected);
}
