using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Client.Output;
using Sweep.Client.Reports;
using Sweep.Client.Reports.Pages;
using Sweep.Client.Reports.Tables;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Tests.Reports;
using Sweep.Tests.Storage;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Client;

/// <summary>A value that is a list stands on one line in every output.</summary>
public sealed class ListValueTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly SweepSpec Widened = Spec(Of(Choice("fully_connected", Widths(), Widths(64, 32))));

    [Fact]
    public void In_tables_and_csv_a_list_is_one_line_of_one_field()
    {
        var trials = ReportTrials.Of(Widened, [2, 1]);
        var report = SweepReport.Of(Widened, trials);
        foreach (var table in (OutputTable[])
            [
                PlanTable.Of(Widened, SweepPlan.Of(Widened, 1000, 60)), TrialTable.Of(Widened, trials), ReportTable.Of(report),
                FrontTable.Of(report),
            ])
        {
            var (terminal, people, _) = Samples.Terminal();
            terminal.Write(table, OutputFormat.Table, "");
            Assert.Matches(@"(?m)^.*\[64, 32\].*$", people.ToString());
            Assert.Equal(table.Rows.Count + 1, people.ToString().TrimEnd().Split('\n').Length);
            var (program, csv, _) = Samples.Terminal();
            program.Write(table, OutputFormat.Csv, "");
            Assert.Contains(",\"[64, 32]\",", csv.ToString(), StringComparison.Ordinal);
            Assert.Equal(table.Rows.Count + 1, csv.ToString().TrimEnd().Split('\n').Length);
        }
    }

    [Fact]
    public void In_json_a_list_is_one_line_and_still_a_list()
    {
        var trials = ReportTrials.Of(Widened, [2, 1]);
        var (terminal, output, _) = Samples.Terminal();
        JsonOutput.Write(terminal.Out, ReportJson.Of(Samples.Overview(Widened), SweepReport.Of(Widened, trials)));
        Assert.Contains("\"fully_connected\": [64, 32]", output.ToString(), StringComparison.Ordinal);
        var values = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("trials").EnumerateArray()
            .Select(trial => trial.GetProperty("parameters").GetProperty("fully_connected"))
            .Select(widths => widths.EnumerateArray().Select(width => width.GetInt32()));
        Assert.Equal([[64, 32], []], values);
        Assert.Equal(0.001, FirstReal(output.ToString()));

        static double FirstReal(string json) => JsonDocument.Parse(json).RootElement.GetProperty("trials")[0]
            .GetProperty("parameters").GetProperty("learning_rate").GetDouble();
    }

    [Fact]
    public void On_the_page_and_in_markdown_a_list_is_one_line()
    {
        var contents = ReportPages.WithTrials(Widened, ReportTrials.Of(Widened, [2, 1]));
        Assert.Contains("<td>[64, 32]</td>", HtmlReport.Of(contents), StringComparison.Ordinal);
        Assert.Matches(new Regex(@"^\| 2 \| \\\[64, 32\\\] \|", RegexOptions.Multiline), MarkdownReport.Of(contents));
    }

    [Fact]
    public async Task In_the_live_view_and_in_the_views_of_SQL_a_list_is_one_line()
    {
        var trial = ReportTrials.Of(Widened, [2, 1])[1];
        Assert.Equal("[64, 32]", ParameterText.Join(Widened.Parameters, trial.Parameters, ["fully_connected"]));
        await database.AddSweepAsync();
        // The dashboards of Grafana read the same view.
        var (_, output, _) = await Samples.RunAsync(
            "sql", "select fully_connected from trial_summary", "-o", "csv", "--postgres", database.Source.ConnectionString);
        Assert.Equal("fully_connected\n\"[64, 32]\"\n", output);
    }
}
