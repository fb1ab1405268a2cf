using System.Globalization;
using System.Text.Json;
using Sweep.Domain.Reports;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>Uses the page of <c>sweep report --html</c> by mouse and by keyboard.</summary>
public sealed class ReportPageUseTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private const string FirstCurves = "#chart-curves svg[aria-label^='Validation loss']";

    [Fact]
    public async Task The_table_sorts_and_the_charts_filter_by_mouse_and_by_keyboard()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "sorted");
        await ReportRows.AddNineAsync(database, "beside", shift: -0.1);
        await using var page = await ReportPage.OpenAsync(database, "sorted", "--compare", "beside");

        await page.AskAsync("document.querySelector('#trials th[data-name=macs] button').click()");
        Assert.Equal(await ExpectedAsync("macs"), await page.CellsAsync("#trials", ["macs"]));
        await page.AskAsync("document.querySelector('#trials th[data-name=val_loss] button').focus()");
        await page.Browser.PressAsync("Enter", 13, "\r");
        Assert.Equal(await ExpectedAsync("val_loss"), await page.CellsAsync("#trials", ["val_loss"]));
        await page.Browser.PressAsync("Enter", 13, "\r");
        Assert.Equal(await ExpectedAsync("val_loss", "desc"), await page.CellsAsync("#trials", ["val_loss"]));
        var order = await page.AskAsync("document.querySelector('#trials th[data-name=val_loss]').getAttribute('aria-sort')");
        Assert.Equal("descending", order.GetString());

        Assert.Equal(9, await page.CountAsync($"{FirstCurves} path[data-n]"));
        await page.AskAsync("document.querySelector('#controls button').focus()");
        await page.Browser.PressAsync(" ", 32, " ");
        Assert.Equal(6, await page.CountAsync($"{FirstCurves} path[data-n]"));
        Assert.Equal(9, (await page.CellsAsync("#compare", ["number", "other_number"])).Count);
        await page.AssertQuietAsync();

        async Task<List<string>> ExpectedAsync(string column, string direction = "asc")
        {
            var sorted = await database.Reader.QueryAsync(
                $"select {column} from trial_summary where sweep = 'sorted' order by {column} {direction}",
                TestContext.Current.CancellationToken);
            return [.. sorted.Rows.Select(ReportPage.Plain)];
        }
    }

    [Fact]
    public async Task The_filter_finds_values_states_and_ranges()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "filtered", failed: 7);
        await using var page = await ReportPage.OpenAsync(database, "filtered");
        foreach (var (words, expected) in ((string, string)[])
        [
            ("lstm", "cell = 'lstm'"),
            ("LSTM 20", "cell = 'lstm' and sequence_length = 20"),
            ("failed", "state = 'failed'"),
            ("val_loss<1.75 cell=gru", "val_loss < 1.75 and cell = 'gru'"),
            ("sequence_length>=20", "sequence_length >= 20"),
            ("no such text", "false"),
        ])
        {
            await page.SetAsync("[data-filter]", words);
            var found = await database.Reader.QueryAsync(
                $"select number from trial_summary where sweep = 'filtered' and {expected} order by number",
                TestContext.Current.CancellationToken);
            Assert.Equal(found.Rows.Select(ReportPage.Plain), (await page.CellsAsync("#trials", ["number"])).Order());
            Assert.Equal($"{found.Rows.Count} of 9 trials match.", (await page.TextsAsync("#trials output")).Single());
        }
    }

    [Fact]
    public async Task Interactions_are_a_heat_map_in_which_what_may_be_chance_has_no_number()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "together", replicates: 3);
        var sweep = (await database.Reader.FindAsync("together", TestContext.Current.CancellationToken))!;
        var report = SweepReport.Of(
            sweep.Spec, await database.Reader.TrialsAsync(sweep.Id, TestContext.Current.CancellationToken));
        var shares = report.Decomposition!.Shares;
        Assert.Contains(shares, share => share.Matters);
        await using var page = await ReportPage.OpenAsync(database, "together");
        string[] names = ["cell", "sequence_length"];
        var expected =
            from row in names
            from column in names
            let share = shares.Single(share => share.Parameters.Order().SequenceEqual(new[] { row, column }.Distinct().Order()))
            select share.Matters ? Text(share.Share) : "chance";
        Assert.Equal(expected.Order(), (await page.TextsAsync("#chart-shares td")).Order());
        Assert.Equal(
            shares.Where(share => !share.Matters).Select(share => Text(share.Share) + " chance"),
            (await page.TextsAsync("#chart-importance text")).Where(text => text.EndsWith(" chance", StringComparison.Ordinal)));
        await page.AssertQuietAsync();

        static string Text(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%";
    }

    [Fact]
    public async Task A_curve_is_told_apart_by_its_button_and_so_are_its_row_and_its_line()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "told-apart");
        await using var page = await ReportPage.OpenAsync(database, "told-apart");
        await page.AskAsync("document.querySelector('.key button[data-n=\"4\"]').focus()");
        Assert.Equal(4 + 1 + 1 + 1, await page.CountAsync("path.on, tr.on, .key .on"));
        var faded = await page.AskAsync($"getComputedStyle(document.querySelector(\"{FirstCurves} path[data-n='5']\")).opacity");
        Assert.Equal("0.13", faded.GetString());
        await page.AskAsync("document.activeElement.blur()");
        Assert.Equal(0, await page.CountAsync(".on"));

        // A press keeps it, and so does a pause of the mouse on a row for as long as it is there.
        await page.AskAsync("document.querySelector('.key button[data-n=\"4\"]').click()");
        await page.AskAsync("document.activeElement.blur()");
        Assert.Equal(1, await page.CountAsync(".key [data-n='4'][aria-pressed=true]"));
        Assert.Equal(1, await page.CountAsync("#trials tr.on[data-n='4']"));
        await page.AskAsync(
            "document.querySelector('#trials tr[data-n=\"2\"] td').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))");
        Assert.Equal(1, await page.CountAsync("#trials tr.on[data-n='2']"));
        await page.AssertQuietAsync();
    }

    [Fact]
    public async Task Curves_split_by_a_parameter_on_common_axes_and_run_over_whole_epochs_or_time()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "few-epochs", epochs: 4);
        await using var page = await ReportPage.OpenAsync(database, "few-epochs");
        Assert.Equal(["1", "2", "3", "4"], await page.TextsAsync($"{FirstCurves} g[aria-label='x-axis tick label'] text"));

        await page.SetAsync("#controls [data-for=split]", "sequence_length");
        Assert.Equal(4 * 3, await page.CountAsync("#chart-curves svg[aria-label]"));
        var scales = new HashSet<string>();
        foreach (var value in (int[])[10, 20, 30])
        {
            var part = $"#chart-curves svg[aria-label^='Validation loss, sequence length {value}']";
            Assert.Equal(3, await page.CountAsync($"{part} path[data-n]"));
            scales.Add(string.Join(' ', await page.TextsAsync($"{part} g[aria-label*='tick label'] text")));
        }

        Assert.Single(scales);
        await page.SetAsync("#controls [data-for=split]", "");
        await page.SetAsync("#controls [data-for=over]", "seconds");
        Assert.Equal(4, await page.CountAsync("#chart-curves svg[aria-label$='over seconds of training']"));
        // The last epoch of the slowest cell ends after 4 times 0.15 s.
        var tip = await page.AskAsync("JSON.parse(document.getElementById('data').textContent).curves.map(curve => curve.seconds.at(-1))");
        Assert.Equal(0.6, tip.EnumerateArray().Max(seconds => seconds.GetDouble()), 1e-9);
        await page.AssertQuietAsync();
    }

    [Fact]
    public async Task Lines_with_one_value_are_spread_and_a_range_of_an_axis_filters_lines_and_table()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "ranged");
        await using var page = await ReportPage.OpenAsync(database, "ranged");
        var starts = await page.AskAsync(
            "[...document.querySelectorAll('#chart-parallel path[data-n]')].map(path => path.getPointAtLength(0).y.toFixed(1))");
        Assert.Equal(9, starts.EnumerateArray().Select(start => start.GetString()).Distinct().Count());
        Assert.Contains("▼ better", await page.TextsAsync("#chart-parallel text"));

        // The upper third of the first axis has one of the three cells.
        var axis = await page.AskAsync(
            """
            (() => {
              const overlay = document.querySelector("#chart-parallel .brush .overlay");
              overlay.scrollIntoView({ block: "center", behavior: "instant" });
              const { left, top, width, height } = overlay.getBoundingClientRect();
              return [left + width / 2, top, height];
            })()
            """);
        var (x, top, height) = (axis[0].GetDouble(), axis[1].GetDouble(), axis[2].GetDouble());
        await page.Browser.DragAsync(x, top + 1, top + (height * 0.33));
        await page.AskAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
        Assert.Equal(6, await page.CountAsync("#chart-parallel path.out"));
        Assert.Equal(["gru", "gru", "gru"], await page.CellsAsync("#trials", ["cell"]));
        Assert.StartsWith("3 of 9 trials are in the ranges.", (await page.TextsAsync("p.chosen")).Single(), StringComparison.Ordinal);
        await page.AskAsync("document.querySelector('p.chosen button').click()");
        Assert.Equal((0, 9), (await page.CountAsync("path.out"), (await page.CellsAsync("#trials", ["cell"])).Count));

        // The same by keyboard: the last axis is the objective, whose lower half is better.
        await page.AskAsync("document.querySelector('.ranges').open = true");
        await page.SetAsync(".ranges fieldset:last-of-type input:last-of-type", "50");
        var better = await database.Reader.QueryAsync(
            """
            select number from trial_summary where sweep = 'ranged'
              and val_loss <= (select (min(val_loss) + max(val_loss)) / 2 from trial_summary where sweep = 'ranged') order by best_score
            """,
            TestContext.Current.CancellationToken);
        Assert.Equal(better.Rows.Select(ReportPage.Plain), await page.CellsAsync("#trials", ["number"]));
        await page.AssertQuietAsync();
    }

    [Fact]
    public async Task Every_control_has_a_name_and_is_reached_by_Tab_and_every_chart_and_table_says_what_it_shows()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "by-keyboard");
        await using var page = await ReportPage.OpenAsync(database, "by-keyboard");
        await page.AskAsync("document.querySelector('.ranges').open = true");
        Assert.Empty(await ListAsync(
            """
            [...document.querySelectorAll("button, select, input, summary, a, [tabindex]")]
              .filter(item => !(item.getAttribute("aria-label") ?? item.labels?.[0]?.textContent ?? item.textContent).trim())
              .map(item => item.outerHTML)
            """));
        Assert.Empty(await ListAsync(
            """
            [...document.querySelectorAll(".chart svg")]
              .filter(svg => svg.getAttribute("role") !== "img" || !svg.getAttribute("aria-label")
                || (svg.getAttribute("aria-description") ?? "").length < 10)
              .map(svg => svg.getAttribute("aria-label"))
            """));
        Assert.Empty(await ListAsync(
            """
            [...document.querySelectorAll("table")]
              .filter(table => !table.caption?.textContent || [...table.querySelectorAll("th")].some(cell => !cell.scope))
              .map(table => table.outerHTML)
            """));

        await page.AskAsync(
            "window.seen = new Set(); addEventListener('focusin', event => window.seen.add(event.target)); document.body.focus();");
        var controls = await page.CountAsync("button, select, input, summary, a");
        for (var press = 0; press < controls + 60; press++)
            await page.Browser.PressAsync("Tab", 9);
        Assert.Empty(await ListAsync(
            """
            [...document.querySelectorAll("button, select, input, summary, a")]
              .filter(item => item.checkVisibility() && !window.seen.has(item)).map(item => item.outerHTML)
            """));

        async Task<List<string>> ListAsync(string expression) =>
            JsonSerializer.Deserialize<List<string>>((await page.AskAsync(expression)).GetRawText())!;
    }
}
