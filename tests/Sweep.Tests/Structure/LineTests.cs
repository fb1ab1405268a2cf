using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Structure;

public sealed class LineTests
{
    private const int Columns = 140;

    [Fact]
    public void A_line_of_code_ends_at_column_140()
    {
        var found =
            from part in (string[])["client", "deploy", "grains", "silo", "tests"]
            from file in Directory.GetFiles(RepositoryFolder.Join(part), "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Columns
            select $"{Path.GetRelativePath(RepositoryFolder.Join(), file)}:{line.Index + 1}: {line.Item.Length} columns";
        Assert.True(!found.Any(), string.Join('\n', found.Prepend($"Lines of more than {Columns} columns:")));
    }
}
