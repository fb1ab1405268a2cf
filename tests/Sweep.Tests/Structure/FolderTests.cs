using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Structure;

/// <summary>
/// Inside a project the folders point one way, too, so that each of them can be read with what lies below it alone. The types at the
/// root of a project put the rest together, and may use all of it.
/// </summary>
public sealed partial class FolderTests
{
    [Theory]
    [InlineData("Sweep.Domain")]
    [InlineData("Sweep.Contracts")]
    [InlineData("Sweep.Grains")]
    [InlineData("Sweep.Storage")]
    [InlineData("Sweep.Security")]
    [InlineData("Sweep.Silo")]
    [InlineData("Sweep.Trainer")]
    [InlineData("Sweep.Client", "sweep")]
    public void No_folders_use_each_other_in_a_circle(string project, string? assembly = null)
    {
        var uses = TypeUses.In(Path.Combine(AppContext.BaseDirectory, $"{assembly ?? project}.dll"), project);
        var circle = FolderCircle.Shortest(uses.Where(use => use.FromFolder != project));
        var arrows = circle.Select(use => $"{use.FromFolder} → {use.ToFolder}: {use}");
        Assert.True(circle.Count == 0, string.Join('\n', arrows.Prepend("A circle:")));
    }

    /// <summary>So that what the compiler knows of namespaces is true of folders.</summary>
    [Fact]
    public void A_namespace_is_a_folder()
    {
        var files =
            from part in (string[])["client", "grains", "silo"]
            from project in Directory.GetDirectories(RepositoryFolder.Join(part))
            from file in Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
            let folder = Path.GetRelativePath(Path.GetDirectoryName(project)!, Path.GetDirectoryName(file)!).Replace('/', '.')
            // Its two files keep the names that their types had at the root of the project.
            where folder != "Sweep.Grains.Placement"
            from found in Namespace().Matches(File.ReadAllText(file))
            where found.Groups[1].Value != folder
            select $"{file} is in the {found.Value}";
        Assert.Empty(files);
    }

    [Fact]
    public void The_shortest_circle_is_told_by_the_types_that_make_it()
    {
        TypeUse[] circle = [new("A.B.One", "A.C.Two"), new("A.C.Two", "A.D.Three"), new("A.D.Other", "A.B.One")];
        Assert.Equal(circle, FolderCircle.Shortest([new("A.D.Three", "A.E.Four"), new("A.B.One", "A.B.Self"), .. circle]));
        Assert.Empty(FolderCircle.Shortest(circle[..2]));
    }

    [Fact]
    public void Fields_signatures_and_the_bodies_of_methods_are_uses()
    {
        var uses = TypeUses.In(typeof(FolderTests).Assembly.Location, "Sweep.Tests");
        Assert.Contains(new("Sweep.Tests.Structure.FolderTests", "Sweep.Tests.Structure.TypeUse"), uses);
        Assert.Contains(new("Sweep.Tests.Structure.FolderTests", "Sweep.Tests.Structure.FolderCircle"), uses);
        Assert.DoesNotContain(new("Sweep.Tests.Structure.FolderCircle", "Sweep.Tests.Structure.FolderTests"), uses);
    }

    [GeneratedRegex("^namespace ([A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
