namespace Sweep.Client.SweepFiles;

/// <summary>The place where a value was written: <c>examples/x.yaml:7</c>, or <c>--set key=value</c>.</summary>
internal sealed record Origin(string Source, long? Line)
{
    public override string ToString() => Line is { } line ? $"{Source}:{line}" : Source;
}

/// <summary>A value of a sweep file with the place where it was written.</summary>
/// <param name="Path">The keys that lead to the value, joined by dots.</param>
internal abstract record YamlNode(Origin Origin, string Path)
{
    /// <summary>The value as an error shows it: shortened, and with quotes around text.</summary>
    public abstract string Shown { get; }

    /// <summary>An error at the place of the value.</summary>
    /// <param name="expected">The rest of the sentence after "found …; ".</param>
    public SweepFileException Wrong(string expected) => Wrong(Shown, expected);

    public SweepFileException Wrong(string found, string expected) =>
        new($"{Origin}: {(Path.Length == 0 ? "" : $"{Path}: ")}found {found}; {expected}.") { Line = Origin.Line ?? long.MaxValue };

    protected static string Short(string text) => text.Length <= 60 ? text : $"{text[..57]}…";
}

/// <param name="Quoted">Whether the text has quotes, so that it is never read as a number.</param>
internal sealed record YamlScalar(Origin Origin, string Path, string Text, bool Quoted) : YamlNode(Origin, Path)
{
    public bool IsNothing => !Quoted && Text is "" or "~" or "null";

    public override string Shown => IsNothing ? "nothing" : Quoted ? $"the text \"{Short(Text)}\"" : Short(Text);
}

internal sealed record YamlList(Origin Origin, string Path, IReadOnlyList<YamlNode> Items) : YamlNode(Origin, Path)
{
    public override string Shown => Short($"[{string.Join(", ", Items.Take(20).Select(item => item.Shown))}]");
}

/// <summary>A map whose keys are in the order of the file, and all different.</summary>
internal sealed record YamlMap(Origin Origin, string Path, IReadOnlyList<YamlEntry> Entries) : YamlNode(Origin, Path)
{
    public override string Shown => Short($"{{ {string.Join(", ", Entries.Take(20).Select(entry => entry.Key))} }}");

    public YamlNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <param name="Origin">The place of the key.</param>
internal sealed record YamlEntry(Origin Origin, string Key, YamlNode Value)
{
    /// <summary>The key as the place of an error.</summary>
    public YamlNode Place => new YamlScalar(Origin, Value.Path, Key, Quoted: false);
}
