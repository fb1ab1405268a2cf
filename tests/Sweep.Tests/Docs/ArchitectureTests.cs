using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that docs/architecture.md agrees with the code.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Document Architecture = new("docs/architecture.md");
    private static readonly string[] Folders = ["client", "grains", "silo", "tests"];
    private static readonly string[] Projects =
        [.. Folders.SelectMany(folder => Directory.GetFiles(RepositoryFolder.Join(folder), "*.csproj", SearchOption.AllDirectories))];

    [Fact]
    public void The_drawn_arrows_are_the_references_between_projects() => Assert.Equal(References().Order(), Drawn().Order());

    [Fact]
    public void The_arrows_make_no_circle()
    {
        // Arrows to projects without arrows of their own are removed again and again. Only a circle would be left.
        for (var left = Drawn(); left.Count > 0;)
        {
            var next = left.FindAll(arrow => left.Exists(other => other.From == arrow.To));
            Assert.True(next.Count < left.Count, $"a circle among {string.Join(", ", left)}");
            left = next;
        }
    }

    [Fact]
    public void The_table_of_projects_lists_every_project() => Assert.Equal(
        Projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order(),
        Architecture.Rows("## Projects").Where(row => row.Length == 2).Select(row => row[0]).Order());

    [Fact]
    public void The_table_of_folders_lists_every_folder_of_a_project() => Assert.Equal(
        Projects.Where(project => !project.Contains("/tests/", StringComparison.Ordinal)).SelectMany(FoldersOf).Order(),
        Architecture.Rows("## Projects").Where(row => row.Length == 3).Select(row => (row[0], row[1].Trim('`'))).Order());

    [Theory]
    [InlineData("## The way of a trial", 25)]
    [InlineData("## Where is what", 50)]
    [InlineData("## States", 8)]
    public void Every_class_that_the_document_names_exists(string heading, int atLeast)
    {
        var names = CodeNames.In(Architecture.Section(heading));
        Assert.True(names.Count >= atLeast, $"found {names.Count}");
        Assert.All(names, CodeNames.Require);
    }

    [Fact]
    public void The_parts_of_the_sequence_diagram_are_classes_and_their_calls_are_members()
    {
        var diagram = Assert.Single(Architecture.Blocks("mermaid", Architecture.Section("## The way of a trial")));
        var parts = Participant().Matches(diagram).Select(match => match.Groups[1].Value).ToList();
        Assert.All(parts, part => CodeNames.Require((part, null)));
        var calls = Call().Matches(diagram).Select(match => (Type: match.Groups[1].Value, Member: match.Groups[2].Value)).ToList();
        Assert.True(calls.Count >= 8, $"found {calls.Count}");
        Assert.All(calls, call => CodeNames.Require((call.Type, call.Member)));
    }

    private static List<(string From, string To)> Drawn()
    {
        var diagram = Assert.Single(Architecture.Blocks("mermaid", Architecture.Section("## Projects")));
        return [.. Mermaid.Arrows(diagram).Select(arrow => ($"Sweep.{arrow.From}", $"Sweep.{arrow.To}"))];
    }

    private static IEnumerable<(string From, string To)> References() =>
        from project in Projects
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        where (string?)reference.Attribute("ReferenceOutputAssembly") != "false"
        select (Path.GetFileNameWithoutExtension(project), Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));

    private static IEnumerable<(string Project, string Folder)> FoldersOf(string project) =>
        from folder in Directory.GetDirectories(Path.GetDirectoryName(project)!)
        where Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any()
        select (Path.GetFileNameWithoutExtension(project), Path.GetFileName(folder));

    [GeneratedRegex(@"participant (\w+)")]
    private static partial Regex Participant();

    /// <summary>
    /// A call of a member, which may be followed by its arguments in parentheses. Answers, which have two dashes, and texts that begin with
    /// a small letter are no calls.
    /// </summary>
    [GeneratedRegex(@"(?<!-)->>(\w+): ([A-Z]\w+)(?= \(|$)", RegexOptions.Multiline)]
    private static partial Regex Call();
}
