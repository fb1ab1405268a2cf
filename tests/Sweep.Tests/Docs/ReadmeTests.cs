namespace Sweep.Tests.Docs;

/// <summary>README.md is short, and answers what a newcomer asks.</summary>
public sealed class ReadmeTests
{
    private const int MaxWords = 1_500;
    private static readonly Document Readme = new("README.md");

    [Fact]
    public void It_has_no_more_words_than_are_read_in_five_minutes() =>
        Assert.InRange(Readme.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, MaxWords);

    [Fact]
    public void It_leads_to_every_other_document() => Assert.All(
        Document.All.Where(document => document.Path != Readme.Path),
        document => Assert.Contains($"]({document.Path}", Readme.Text, StringComparison.Ordinal));

    [Theory]
    [InlineData("lease expire")]
    [InlineData("epoch stored")]
    [InlineData("stopping rule")]
    public void It_answers_where_a_newcomer_looks_first(string question)
    {
        var answer = Assert.Single(Readme.Rows("## Where is what"), row => row[0].Contains(question, StringComparison.Ordinal))[1];
        Assert.NotEmpty(CodeNames.In(answer));
        Assert.All(CodeNames.In(answer), CodeNames.Require);
    }
}
