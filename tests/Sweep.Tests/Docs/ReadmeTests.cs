namespace Sweep.Tests.Docs;

/// <summary>Checks that README.md is short and answers the first questions of a newcomer.</summary>
public sealed class ReadmeTests
{
    private const int MaxWords = 1_500;
    private static readonly Document Readme = new("README.md");

    [Fact]
    public void The_readme_has_no_more_words_than_can_be_read_in_five_minutes() =>
        Assert.InRange(Readme.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, MaxWords);

    [Fact]
    public void The_readme_links_to_every_other_document() => Assert.All(
        Document.All.Where(document => document.Path != Readme.Path),
        document => Assert.Contains($"]({document.Path}", Readme.Text, StringComparison.Ordinal));

    [Theory]
    [InlineData("lease expire")]
    [InlineData("epoch stored")]
    [InlineData("stopping rule")]
    public void The_readme_names_the_classes_that_a_newcomer_looks_for(string question)
    {
        var answer = Assert.Single(Readme.Rows("## Where is what"), row => row[0].Contains(question, StringComparison.Ordinal))[1];
        Assert.NotEmpty(CodeNames.In(answer));
        Assert.All(CodeNames.In(answer), CodeNames.Require);
    }
}
