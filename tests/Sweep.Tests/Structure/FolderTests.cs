using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Structure;

/// <summary>
/// Checks that the folders of a project do not use each other in a circle, so that each folder can be read with only the folders that it
/// uses. The types at the root of a project put the folders together and may use all of them.
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
    [InlineData("Sweep.Runner")]
    [InlineData("Sweep.Client", "sweep")]
    public void No_folders_use_each_other_in_a_circle(string project, string? assembly = null)
    {
        var uses = TypeUses.In(Path.Combine(AppContext.BaseDirectory, $"{assembly ?? project}.dll"), project);
        var circle = FolderCircle.Shortest(uses.Where(use => use.FromFolder != project));
        var arrows = circle.Select(use => $"{use.FromFolder} → {use.ToFolder}: {use}");
        Assert.True(circle.Count == 0, string.Join('\n', arrows.Prepend("A circle:")));
    }

    /// <summary>The compiled code has only namespaces, so they must be named like the folders.</summary>
    [Fact]
    public void A_namespace_is_a_folder()
    {
        var files =
            from part in (string[])["client", "grains", "silo"]
            from project in Directory.GetDirectories(RepositoryFolder.Join(part))
            from file in Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
            let folder = Path.GetRelativePath(Path.GetDirectoryName(project)!, Path.GetDirectoryName(file)!).Replace('/', '.')
            // The files of this folder keep the namespace that their types had at the root of the project.
            where folder != "Sweep.Grains.Placement"
            // Its users write Sweep.Trial, and not Sweep.Trial.Trial.
            where folder != "Sweep.Trial"
            from found in Namespace().Matches(File.ReadAllText(file))
            where found.Groups[1].Value != folder
            select $"{file} is in the {found.Value}";
        Assert.Empty(files);
    }

    [Fact]
    public void The_shortest_circle_is_reported_with_the_types_that_make_it()
    {
        TypeUse[] circle = [new("A.B.One", "A.C.Two"), new("A.C.Two", "A.D.Three"), new("A.D.Other", "A.B.One")];
        Assert.Equal(circle, FolderCircle.Shortest([new("A.D.Three", "A.E.Four"), new("A.B.One", "A.B.Self"), .. circle]));
        Assert.Empty(FolderCircle.Shortest(circle[..2]));
    }

    [Fact]
    public void Fields_signatures_and_bodies_of_methods_count_as_uses()
    {
        var uses = TypeUses.In(typeof(FolderTests).Assembly.Location, "Sweep.Tests");
        Assert.Contains(new("Sweep.Tests.Structure.FolderTests", "Sweep.Tests.Structure.TypeUse"), uses);
        Assert.Contains(new("Sweep.Tests.Structure.FolderTests", "Sweep.Tests.Structure.FolderCircle"), uses);
        Assert.DoesNotContain(new("Sweep.Tests.Structure.FolderCircle", "Sweep.Tests.Structure.FolderTests"), uses);
    }

    [GeneratedRegex("^namespace ([A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
