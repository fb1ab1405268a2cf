using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>A Markdown file of the repository.</summary>
/// <param name="Path">Path relative to the repository's folder, such as <c>docs/sql.md</c>.</param>
internal sealed partial record Document(string Path)
{
    /// <summary>README.md, CONTRIBUTING.md, CHANGELOG.md, and all of <c>docs/</c>.</summary>
    public static IReadOnlyList<Document> All { get; } =
    [
        new("README.md"), new("CONTRIBUTING.md"), new("CHANGELOG.md"),
        .. Directory.GetFiles(RepositoryFolder.Join("docs"), "*.md").Order()
            .Select(file => new Document($"docs/{System.IO.Path.GetFileName(file)}")),
    ];

    public string Text { get; } = File.ReadAllText(RepositoryFolder.Join(Path));

    /// <summary>The text without its blocks of code.</summary>
    public string Prose => Fence().Replace(Text, "");

    /// <summary>The anchors that GitHub makes of the headings.</summary>
    public IReadOnlySet<string> Anchors => Heading().Matches(Prose).Select(match => Anchor(match.Groups[1].Value)).ToHashSet();

    /// <summary>Returns the text below a heading, up to the next heading of the same or a higher level.</summary>
    public string Section(string heading)
    {
        var level = heading.TakeWhile(letter => letter == '#').Count();
        var below = $"\n{Text}".Split($"\n{heading}\n")[1];
        return Regex.Split(below, $"^#{{1,{level}}} ", RegexOptions.Multiline)[0];
    }

    /// <summary>Returns the blocks of code in a language, such as <c>sql</c>.</summary>
    public IReadOnlyList<string> Blocks(string language, string? within = null) =>
        [.. Fence().Matches(within ?? Text).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value)];

    /// <summary>Returns the cells of each row of all tables below a heading, without the rows of column titles.</summary>
    public IReadOnlyList<string[]> Rows(string heading) =>
    [
        .. Regex.Split(Section(heading), "^\\|---.*\n", RegexOptions.Multiline).Skip(1)
            .SelectMany(table => table.Split('\n').TakeWhile(line => line.StartsWith('|')))
            .Select(line => Cell().Matches(line).Select(match => match.Groups[1].Value.Trim()).ToArray()),
    ];

    public override string ToString() => Path;

    private static string Anchor(string heading) => Punctuation().Replace(heading.ToLowerInvariant(), "").Trim().Replace(' ', '-');

    [GeneratedRegex("^ *```(\\w*)\n(.*?)^ *```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"\|((?:[^|\\]|\\.)+)(?=\|)")]
    private static partial Regex Cell();
}
