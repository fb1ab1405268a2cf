using System.Text.Unicode;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Structure;

public sealed class LineTests
{
    private const int Columns = 140;

    [Fact]
    public void A_line_of_code_ends_at_column_140()
    {
        var found =
            from file in Files
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Columns
            select $"{Name(file)}:{line.Index + 1}: {line.Item.Length} columns";
        Assert.True(!found.Any(), string.Join('\n', found.Prepend($"Lines of more than {Columns} columns:")));
    }

    /// <summary>What .editorconfig says of a file's bytes. The build holds the rest of the format (IDE0055), but not this.</summary>
    [Fact]
    public void A_file_of_code_is_UTF_8_without_a_mark_and_each_of_its_lines_ends_with_a_line_feed()
    {
        Assert.All(Files, file =>
        {
            var bytes = File.ReadAllBytes(file);
            Assert.False(bytes.AsSpan().StartsWith("\uFEFF"u8), $"{Name(file)} begins with a byte order mark.");
            Assert.True(Utf8.IsValid(bytes), $"{Name(file)} is not UTF-8.");
            Assert.False(bytes.Contains((byte)'\r'), $"{Name(file)} has a carriage return.");
            Assert.True(bytes is [.., not (byte)'\n', (byte)'\n'], $"{Name(file)} does not end with one line feed.");
        });
    }

    private static IEnumerable<string> Files =>
        from part in (string[])["client", "deploy", "examples", "grains", "silo", "tests"]
        from file in Directory.GetFiles(RepositoryFolder.Join(part), "*.cs", SearchOption.AllDirectories)
        select file;

    private static string Name(string file) => Path.GetRelativePath(RepositoryFolder.Join(), file);
}
