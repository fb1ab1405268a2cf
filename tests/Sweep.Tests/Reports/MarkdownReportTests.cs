using Sweep.Client.Reports.Pages;

namespace Sweep.Tests.Reports;

public sealed class MarkdownReportTests
{
    [Fact]
    public void The_report_has_the_sections_of_the_page_and_the_rows_of_a_table_have_equal_numbers_of_cells()
    {
        var contents = ReportPages.With("To be");
        var lines = MarkdownReport.Of(contents).Split('\n');
        Assert.Equal("# letters", lines[0]);
        Assert.Equal(
            [
                "The question", "The answer", "The trials", "What a better trial costs", "What each parameter did", "What they write",
                "Attempts and failures", "How to repeat it",
            ],
            lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]));
        Assert.Contains(
            "| 2 | lstm | succeeded | 7 | 0.7500 | 1.500 | 40.0% | 4.48 | 0.7500 | 7 | 0.7500 | 1.500 | 40.0% | 0.7500 | "
                + "2.0 s | 1.00 | 1 | 100 | 20 B | 1 |",
            lines);
        Assert.Contains("Prompt: To be", lines);
        foreach (var (index, line) in lines.Index().Where(pair => pair.Item.StartsWith("| --", StringComparison.Ordinal)))
        {
            var table = lines[(index - 1)..].TakeWhile(row => row.StartsWith('|'));
            Assert.All(table, row => Assert.Equal(line.Count(letter => letter == '|'), row.Count(letter => letter == '|')));
        }
    }

    [Fact]
    public void Text_of_users_makes_no_markup_and_cannot_leave_its_cell_or_fence()
    {
        var text = MarkdownReport.Of(ReportPages.With("a|b\n```\n<b>*c*</b>"));
        Assert.Contains("| failed | a\\|b \\`\\`\\` \\<b\\>\\*c\\*\\</b\\> | 1 | 1 |", text, StringComparison.Ordinal);
        Assert.Contains("````text\na|b\n```\n<b>*c*</b>\n````", text, StringComparison.Ordinal);
    }
}
