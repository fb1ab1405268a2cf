using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that the links of every document lead somewhere, and that the files and classes that it names exist.</summary>
public sealed partial class DocumentTests
{
    private static readonly HashSet<string> Sources =
    [
        .. Directory.GetFiles(RepositoryFolder.Join("tests"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)),
    ];

    public static TheoryData<string> Documents => [.. Document.All.Select(document => document.Path)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_and_a_heading(string path)
    {
        var document = new Document(path);
        var folder = Path.GetDirectoryName(path)!;
        var links = Link().Matches(document.Prose).Select(match => match.Groups[1].Value);
        foreach (var link in links.Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var (file, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var target = file.Length == 0
                ? path
                : Path.GetRelativePath(RepositoryFolder.Join(), Path.GetFullPath(RepositoryFolder.Join(folder, file)));
            Assert.True(Path.Exists(RepositoryFolder.Join(target)), $"{path} links to {link}, and there is no {target}");
            if (anchor is not null)
                Assert.True(new Document(target).Anchors.Contains(anchor), $"{path} links to {link}, and {target} has no such heading");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_and_folder_that_a_document_names_exists(string path) =>
        Assert.All(FileName().Matches(new Document(path).Text).Select(match => match.Groups[1].Value), name =>
            Assert.True(Path.Exists(RepositoryFolder.Join(name)), $"{path} names {name}, which is not in the repository"));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_class_of_tests_that_a_document_names_exists(string path) =>
        Assert.All(TestClass().Matches(new Document(path).Prose).Select(match => match.Groups[1].Value), name =>
            Assert.True(Sources.Contains(name), $"{path} names {name}, and no file below tests/ has this name"));

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_document_has_a_place_that_is_still_to_be_filled(string path) =>
        Assert.Empty(Placeholder().Matches(new Document(path).Text).Select(match => match.Value));

    [Fact]
    public void Every_class_that_a_recipe_names_exists()
    {
        var names = CodeNames.In(new Document("CONTRIBUTING.md").Text).Where(name => !Sources.Contains(name.Type)).ToList();
        Assert.True(names.Count >= 15, $"found {names.Count}");
        Assert.All(names, CodeNames.Require);
    }

    /// <summary>The target of a link or a picture, without the title.</summary>
    [GeneratedRegex(@"\]\(([^)\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:client|deploy|docs|examples|grafana|grains|silo|tests)/[^`\s*]*)`")]
    private static partial Regex FileName();

    [GeneratedRegex("@[A-Z0-9_]+@")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"`(\w+(?:Tests|Suite))\b")]
    private static partial Regex TestClass();
}
