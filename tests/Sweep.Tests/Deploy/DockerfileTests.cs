using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Deploy;

public sealed partial class DockerfileTests
{
    private static readonly string Dockerfile = File.ReadAllText(RepositoryFolder.Join("deploy", "images", "Dockerfile"));

    [Fact]
    public void Packages_of_every_project_are_restored_before_any_source_is_copied()
    {
        // No program of an image refers to the library for programs of users.
        var projects = from folder in (string[])["client", "grains", "silo"]
                       from file in Directory.GetFiles(RepositoryFolder.Join(folder), "*.csproj", SearchOption.AllDirectories)
                       where Path.GetFileName(file) != "Sweep.Trial.csproj"
                       select Path.GetRelativePath(RepositoryFolder.Join(), file);
        var restore = Dockerfile.Split("\nFROM ").Single(
            stage => stage.EndsWith("AS restore", StringComparison.Ordinal) || stage.Contains(" AS restore\n", StringComparison.Ordinal));
        Assert.Equal(projects.Order(), ProjectFile().Matches(restore).Select(match => match.Value).Order());
        Assert.DoesNotContain(".cs ", restore, StringComparison.Ordinal);
    }

    [Fact]
    public void Base_images_are_arguments_with_complete_versions()
    {
        var bases = Base().Matches(Dockerfile).Select(match => (Name: match.Groups[1].Value, Image: match.Groups[2].Value)).ToList();
        Assert.Equal(3, bases.Count);
        Assert.All(bases, image => Assert.Matches(@":10\.0\.\d+-noble$", image.Image));
        // Every other stage begins with one of the three bases or with another stage.
        var stages = Stage().Matches(Dockerfile).Select(match => (From: match.Groups[1].Value, Name: match.Groups[2].Value)).ToList();
        Assert.All(
            stages,
            stage => Assert.Contains(stage.From, bases.Select(image => $"${{{image.Name}}}").Concat(stages.Select(other => other.Name))));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("silo")]
    public void Images_run_without_root_and_contain_their_lists_of_parts(string name)
    {
        var stage = Dockerfile.Split("\nFROM ").Single(text => text.Contains($" AS {name}\n", StringComparison.Ordinal));
        Assert.Contains("\nUSER 1654:1654\n", stage, StringComparison.Ordinal);
        Assert.Contains($"COPY --from=build /parts/{name} /app", stage, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_in_the_files_of_deploy_have_the_version_of_the_programs()
    {
        var version = XDocument.Load(RepositoryFolder.Join("Directory.Build.props")).Descendants("Version").Single().Value;
        string[] files = ["docker-compose.yml", "deploy/compose.worker.yaml", "deploy/kubernetes/kustomization.yaml"];
        Assert.All(files, file => Assert.All(
            ImageVersion().Matches(File.ReadAllText(RepositoryFolder.Join(file))).Select(match => match.Groups[1].Value),
            found => Assert.Equal(version, found)));
    }

    [GeneratedRegex(@"\S+\.csproj")]
    private static partial Regex ProjectFile();

    [GeneratedRegex(@"^ARG (\w+_IMAGE)=(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Base();

    [GeneratedRegex(@"^FROM (\S+) AS (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Stage();

    [GeneratedRegex(@"(?:newTag: |sweep-(?:client|silo|worker):)(\d+\.\d+\.\d+)")]
    private static partial Regex ImageVersion();
}
