using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Attacks;

/// <summary>
/// Tests a sweep file from somebody else that names a private text of the user's machine, which the cluster would then show to everybody.
/// </summary>
public sealed class OutsidePathTests : IDisposable
{
    private readonly SweepFileFolder _outside = new();
    private readonly SweepFileFolder _folder = new();

    public void Dispose()
    {
        _outside.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("../../../../../../etc/passwd", "/etc/passwd")]
    [InlineData("/etc/../etc/./passwd", "/etc/passwd")]
    [InlineData("..", "/tmp")]
    public async Task A_path_in_the_file_that_leaves_its_folder_is_refused_with_the_option_that_takes_it(string path, string named) =>
        Assert.Equal(
            $"x.yaml:1: dataset.path: found {path}, which is outside the folder of the sweep file; expected a text in that folder; "
                + $"to use this one, name it yourself: --set dataset.path={named}.",
            await RefusalAsync(path));

    [Fact]
    public async Task A_symbolic_link_that_leaves_the_folder_is_refused_too()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.txt"), Path.Combine(_outside.Path, "text.txt"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "texts"), _outside.Path);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "chain.txt"), "link.txt");
        foreach (var path in new[] { "link.txt", "texts/text.txt", "chain.txt", "texts/../text.txt/../../etc/passwd" })
            Assert.Contains("which is outside the folder of the sweep file", await RefusalAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_in_a_circle_and_texts_that_are_no_path_are_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "a"), "b");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "b"), "a");
        Assert.Contains("too many symbolic links", await RefusalAsync("a"), StringComparison.Ordinal);
        Assert.Contains("which is no path", await RefusalAsync("\"a\\0b\""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_in_the_folder_is_read_by_whatever_path_it_is_reached()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "deep", "er"));
        File.Copy(Path.Combine(_folder.Path, "text.txt"), Path.Combine(_folder.Path, "deep", "er", "..text.txt"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.txt"), "deep/er/..text.txt");
        Directory.CreateSymbolicLink(Path.Combine(_outside.Path, "way"), _folder.Path);
        foreach (var path in new[] { "deep/er/..text.txt", "./deep/../text.txt", "link.txt", Path.Combine(_folder.Path, "text.txt") })
            Assert.Equal(400, (await _folder.LoadAsync(Yaml(path))).Dataset.Characters);
        // The sweep file's folder itself may be a link.
        Assert.Equal(400, (await _outside.LoadFileAsync("way/x.yaml")).Dataset.Characters);
    }

    [Fact]
    public async Task The_command_line_may_name_any_text()
    {
        var path = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(_outside.Path, "text.txt"));
        Assert.StartsWith("../", path, StringComparison.Ordinal);
        Assert.Equal(400, (await _folder.LoadAsync(Yaml("/etc/passwd"), $"dataset.path={path}")).Dataset.Characters);
        Assert.Equal(400, (await _folder.LoadAsync(Yaml("/etc/passwd"), $"dataset={{ path: {path} }}")).Dataset.Characters);
    }

    private Task<string> RefusalAsync(string path) => _folder.ErrorAsync(Yaml(path));

    private static string Yaml(string path) => $"dataset: {{ path: {path} }}\nparameters: {{ cell: gru }}";
}
