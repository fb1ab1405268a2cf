using System.Globalization;
using System.Text.Json;
using Sweep.Tests.Client;
using Sweep.Tests.Storage;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Reports;

/// <summary>Opens the page of <c>sweep report --html</c> in a real browser. Its images stay in <c>artifacts/report/</c>.</summary>
public sealed class ReportPageTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly string Folder = Directory.CreateDirectory(RepositoryFolder.Join("artifacts", "report")).FullName;

    [Fact]
    public async Task Nine_trials_are_shown_with_the_numbers_of_SQL_and_a_clean_console()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "nine", failed: 7);
        await using var browser = await Browser.StartAsync();
        await browser.ShowAsync(1400, 1000);
        var page = await OpenAsync(browser, "nine");

        string[] columns =
        [
            "number", "cell", "sequence_length", "state", "best_epoch", "train_loss", "val_loss", "val_accuracy", "perplexity",
            "train_seconds", "inference_ms", "inference_windows_per_second", "parameters", "model_bytes", "macs",
        ];
        var expected = await database.Reader.QueryAsync(
            $"select {string.Join(", ", columns)} from trial_summary where sweep = 'nine' order by state = 'failed', best_score, number",
            TestContext.Current.CancellationToken);
        Assert.Equal(expected.Rows.Select(Plain), await CellsAsync(browser, "#trials", columns));
        Assert.Equal("nine · Sweep", (await browser.EvaluateAsync("document.title")).GetString());
        var hostile = await browser.EvaluateAsync("document.body.textContent.split(\"<script>document.title = 'owned'\").length - 1");
        Assert.Equal(1, hostile.GetInt32());

        // The page draws each curve to its last epoch, and shows the trials that are on the front of the definition.
        var ends = await database.Reader.QueryAsync(
            "select number, last_val_loss from trial_summary where sweep = 'nine' order by number", TestContext.Current.CancellationToken);
        var curves = await browser.EvaluateAsync(
            "JSON.parse(document.getElementById('data').textContent).curves.map(curve => [curve.n, curve.val_loss.at(-1)])");
        var losses = ends.Rows.Select(row => (Whole(row[0]!), Math.Round(Real(row[1]!), 5)));
        Assert.Equal(losses, curves.EnumerateArray().Select(curve => (curve[0].GetInt32(), curve[1].GetDouble())));
        var front = await database.Reader.QueryAsync(
            """
            select a.number from leaderboard a where a.sweep = 'nine' and a.state = 'succeeded' and not exists (
              select from leaderboard b where b.sweep = 'nine' and b.state = 'succeeded'
                and b.best_score <= a.best_score and b.train_seconds <= a.train_seconds
                and (b.best_score < a.best_score or b.train_seconds < a.train_seconds))
            order by a.train_seconds
            """,
            TestContext.Current.CancellationToken);
        var shown = (await CellsAsync(browser, "#costs", ["cost", "number"]))
            .Where(row => row.StartsWith("training time|", StringComparison.Ordinal))
            .Select(row => row.Split('|')[1]);
        Assert.Equal(front.Rows.Select(Plain), shown);

        await AssertDrawnAsync(browser, expectedCharts: 3 + 6 + 1 + 2 + 1);
        await AssertQuietAsync(browser, page);
        await SaveAsync("nine-light-1400.png", await browser.PhotographAsync());
        await browser.ShowAsync(1400, 1000, dark: true);
        Assert.Equal("rgb(22, 24, 27)", (await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor")).GetString());
        await SaveAsync("nine-dark-1400.png", await browser.PhotographAsync());
        await browser.ShowAsync(390, 844);
        Assert.Equal(390, (await browser.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32());
        await SaveAsync("nine-light-390.png", await browser.PhotographAsync());
        await browser.ShowAsync(1400, 1000);
        await SaveAsync("nine.pdf", await browser.PrintAsync());
        await AssertQuietAsync(browser, page);

        static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_table_sorts_and_the_charts_filter_by_mouse_and_by_keyboard()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "sorted");
        await ReportRows.AddNineAsync(database, "beside", shift: -0.1);
        await using var browser = await Browser.StartAsync();
        await browser.ShowAsync(1400, 1000);
        var page = await OpenAsync(browser, "sorted", "--compare", "beside");

        await browser.EvaluateAsync("document.querySelector('#trials th[data-name=macs] button').click()");
        Assert.Equal(await ExpectedAsync("macs"), await CellsAsync(browser, "#trials", ["macs"]));
        await browser.EvaluateAsync("document.querySelector('#trials th[data-name=val_loss] button').focus()");
        await browser.PressAsync("Enter", 13, "\r");
        Assert.Equal(await ExpectedAsync("val_loss"), await CellsAsync(browser, "#trials", ["val_loss"]));
        await browser.PressAsync("Enter", 13, "\r");
        Assert.Equal(await ExpectedAsync("val_loss", "desc"), await CellsAsync(browser, "#trials", ["val_loss"]));
        var order = await browser.EvaluateAsync("document.querySelector('#trials th[data-name=val_loss]').getAttribute('aria-sort')");
        Assert.Equal("descending", order.GetString());

        Assert.Equal(9, await LinesAsync());
        await browser.EvaluateAsync("document.querySelector('#controls button').focus()");
        await browser.PressAsync(" ", 32, " ");
        Assert.Equal(6, await LinesAsync());
        Assert.Equal(9, (await CellsAsync(browser, "#compare", ["number", "other_number"])).Count);
        await AssertQuietAsync(browser, page);

        async Task<List<string>> ExpectedAsync(string column, string direction = "asc")
        {
            var sorted = await database.Reader.QueryAsync(
                $"select {column} from trial_summary where sweep = 'sorted' order by {column} {direction}",
                TestContext.Current.CancellationToken);
            return [.. sorted.Rows.Select(Plain)];
        }

        async Task<int> LinesAsync()
        {
            var lines = await browser.EvaluateAsync(
                "document.querySelector('#chart-curves svg[aria-label]').querySelectorAll('g[aria-label=line] path').length");
            return lines.GetInt32();
        }
    }

    [Fact]
    public async Task Two_thousand_trials_stay_usable_and_the_page_says_what_it_leaves_out()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddManyAsync(database, "many", 2000);
        await using var browser = await Browser.StartAsync();
        await browser.ShowAsync(1400, 1000);
        var page = await OpenAsync(browser, "many");
        Assert.InRange(new FileInfo(page).Length, 600_000, 4_000_000);
        var text = (await browser.EvaluateAsync("document.body.innerText")).GetString()!;
        Assert.Contains("The 12 best of 2,000 trials.", text, StringComparison.Ordinal);
        Assert.Contains("400 of 2,000 trials, evenly over the ranking.", text, StringComparison.Ordinal);
        Assert.Contains("30 of 2000 rows are shown.", text, StringComparison.Ordinal);
        Assert.Equal(2000, (await browser.EvaluateAsync("document.querySelectorAll('#trials tbody tr').length")).GetInt32());
        var milliseconds = await browser.EvaluateAsync(
            """
            (() => {
              const from = performance.now();
              document.querySelector('#trials th[data-name=macs] button').click();
              document.body.offsetHeight;
              return performance.now() - from;
            })()
            """);
        Assert.InRange(milliseconds.GetDouble(), 0, 2000);
        await AssertDrawnAsync(browser, expectedCharts: 3 + 6 + 1 + 3 + 1);
        await AssertQuietAsync(browser, page);
        await SaveAsync("many-light-1400.png", await browser.PhotographAsync());
    }

    private static Task SaveAsync(string name, byte[] bytes) =>
        File.WriteAllBytesAsync(Path.Combine(Folder, name), bytes, TestContext.Current.CancellationToken);

    private async Task<string> OpenAsync(Browser browser, string sweep, params string[] options)
    {
        var page = Path.Combine(Folder, $"{sweep}.html");
        var (code, _, error) = await Samples.RunAsync(
            ["report", sweep, "--html", page, .. options, "--postgres", database.Source.ConnectionString]);
        Assert.Equal((0, ""), (code, error));
        await browser.OpenAsync(page);
        return page;
    }

    /// <summary>Returns a line for each row of a section's last table: the plain values of some columns, joined by |.</summary>
    private static async Task<List<string>> CellsAsync(Browser browser, string section, string[] columns)
    {
        var rows = await browser.EvaluateAsync(
            $$"""
            (() => {
              const table = [...document.querySelectorAll("{{section}} table")].at(-1);
              const names = [...table.tHead.rows[0].cells].map(cell => cell.dataset.name);
              const places = {{JsonSerializer.Serialize(columns)}}.map(name => names.indexOf(name));
              const plain = cell => cell.dataset.v ?? cell.textContent;
              return [...table.tBodies[0].rows].map(row => places.map(place => plain(row.cells[place])).join("|"));
            })()
            """);
        return [.. rows.EnumerateArray().Select(row => row.GetString()!)];
    }

    private static string Plain(IReadOnlyList<object?> row) => string.Join('|', row.Select(Sweep.Client.Output.PlainText.Of));

    private static async Task AssertDrawnAsync(Browser browser, int expectedCharts)
    {
        var sizes = await browser.EvaluateAsync(
            "[...document.querySelectorAll('.chart svg[aria-label]')].map(svg => svg.querySelectorAll('path, circle, rect').length)");
        Assert.Equal(expectedCharts, sizes.GetArrayLength());
        Assert.All(sizes.EnumerateArray(), size => Assert.True(size.GetInt32() > 1, "a chart is empty"));
    }

    private static async Task AssertQuietAsync(Browser browser, string page)
    {
        Assert.Empty(browser.Complaints);
        Assert.Equal([new Uri(page).AbsoluteUri], browser.Requests);
        Assert.Equal(0, (await browser.EvaluateAsync("performance.getEntriesByType('resource').length")).GetInt32());
    }
}
