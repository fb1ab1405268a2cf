using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads YAML text into a tree with positions. The text is one document of maps, lists and single values. Tags, anchors and aliases are
/// refused, since no sweep file needs them.
/// </summary>
internal static class YamlTreeReader
{
    /// <summary>The greatest depth of values: more than any sweep file needs, and little enough for the stack.</summary>
    private const int MaxDepth = 16;

    /// <param name="path">The path of the whole value: empty for a file, the key for an override.</param>
    /// <param name="origin">Makes a place from a line number.</param>
    /// <exception cref="SweepFileException">The text is not YAML, or uses a part of YAML that is refused.</exception>
    public static YamlNode Read(string text, string path, Func<long, Origin> origin)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw new SweepFileException($"{origin(1)}: found nothing; expected keys such as dataset and parameters.");
            parser.Consume<DocumentStart>();
            var root = ReadNode(parser, path, origin, depth: 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<DocumentStart>(out var second)
                ? throw new SweepFileException($"{origin(second.Start.Line)}: found a second document; expected one.")
                : root;
        }
        catch (YamlException error)
        {
            throw NotYaml(error.Start.Line, error.Message.TrimEnd('.'), error);
        }
        catch (Exception error) when (error is not SweepFileException)
        {
            // For some damaged texts YamlDotNet's scanner throws exceptions of other types, such as InvalidOperationException.
            throw NotYaml(parser.Current?.End.Line ?? 1, "near here", error);
        }

        SweepFileException NotYaml(long line, string reason, Exception error) =>
            new($"{origin(line)}: found text that is not YAML ({reason}); expected \"key: value\" lines.", error);
    }

    private static YamlNode ReadNode(Parser parser, string path, Func<long, Origin> origin, int depth)
    {
        var node = parser.Consume<ParsingEvent>();
        var place = origin(node.Start.Line);
        if (depth > MaxDepth)
            throw Refused("values nested too deeply", $"expected at most {MaxDepth} levels");
        switch (node)
        {
            case AnchorAlias alias:
                throw Refused($"the alias *{alias.Value}", "write the value itself");
            case NodeEvent { Anchor.IsEmpty: false } anchored:
                throw Refused($"the anchor &{anchored.Anchor}", "leave it out");
            case NodeEvent { Tag.IsEmpty: false } tagged:
                throw Refused($"the tag {tagged.Tag}", "leave it out");
            case Scalar scalar:
                return new YamlScalar(place, path, scalar.Value, scalar.Style != ScalarStyle.Plain);
            case SequenceStart:
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    items.Add(ReadNode(parser, path, origin, depth + 1));
                return new YamlList(place, path, items);
            case MappingStart:
                return new YamlMap(place, path, ReadEntries(parser, path, origin, depth));
            default:
                throw Refused("no value", "expected one");
        }

        SweepFileException Refused(string found, string expected) => new YamlScalar(place, path, "", false).Wrong(found, expected);
    }

    private static List<YamlEntry> ReadEntries(Parser parser, string path, Func<long, Origin> origin, int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, Origin>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(parser, path, origin, depth + 1) is not YamlScalar key)
                throw new YamlException(parser.Current?.Start ?? Mark.Empty, Mark.Empty, "a key is not a word");
            var keyPath = YamlPath.Join(path, key.Text);
            if (!seen.TryAdd(key.Text, key.Origin))
                throw (key with { Path = keyPath }).Wrong("the key a second time", $"it stands at {seen[key.Text]} already");
            var value = ReadNode(parser, keyPath, origin, depth + 1);
            // In YAML a block begins at its first line; for a user it begins at its key.
            entries.Add(new(key.Origin, key.Text, value is YamlScalar ? value : value with { Origin = key.Origin }));
        }

        return entries;
    }
}

internal static class YamlPath
{
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
