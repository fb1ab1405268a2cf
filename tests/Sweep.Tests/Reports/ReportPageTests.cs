using System.Globalization;
using Sweep.Domain.Trials;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>The numbers on the page of <c>sweep report --html</c>, beside those of SQL.</summary>
public sealed class ReportPageTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Fact]
    public async Task Nine_trials_are_shown_with_the_numbers_of_SQL_and_a_clean_console()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "nine", failed: 7);
        await using var page = await ReportPage.OpenAsync(database, "nine");

        string[] columns =
        [
            "number", "cell", "sequence_length", "state", "best_epoch", "train_loss", "val_loss", "val_accuracy", "perplexity",
            "gap", "last_epoch", "last_train_loss", "last_val_loss", "last_val_accuracy", "last_gap",
            "train_seconds", "inference_ms", "inference_windows_per_second", "parameters", "model_bytes", "macs",
        ];
        var selected = columns.Select(column => column switch
        {
            "gap" => "val_loss - train_loss",
            "last_gap" => "last_val_loss - last_train_loss",
            "last_epoch" => "epochs_done",
            _ => column,
        });
        var expected = await RowsAsync(
            $"select {string.Join(", ", selected)} from trial_summary where sweep = 'nine' order by state = 'failed', best_score, number");
        Assert.Equal(expected, await page.CellsAsync("#trials", columns));
        Assert.Equal("nine · Sweep", (await page.AskAsync("document.title")).GetString());
        var hostile = await page.AskAsync("document.body.textContent.split(\"<script>document.title = 'owned'\").length - 1");
        Assert.Equal(1, hostile.GetInt32());
        Assert.Equal(8, await page.CountAsync(".samples .prompt"));

        // The page draws each curve to its last epoch, and shows the trials that are on the front of the definition.
        var ends = await RowsAsync("select number, last_val_loss from trial_summary where sweep = 'nine' order by number");
        var curves = await page.AskAsync(
            "JSON.parse(document.getElementById('data').textContent).curves.map(curve => [curve.n, curve.values.val_loss.at(-1)])");
        var losses = ends.Select(row => row.Split('|')).Select(row => (Whole(row[0]), Math.Round(Real(row[1]), 5)));
        Assert.Equal(losses, curves.EnumerateArray().Select(curve => (curve[0].GetInt32(), Math.Round(curve[1].GetDouble(), 5))));
        foreach (var (metric, sign) in new[] { ("val_loss", ""), ("val_accuracy", "-") })
        {
            var front = await RowsAsync(
                $"""
                with measured as (
                  select number, {sign}{metric} as score, train_seconds from trial_summary where sweep = 'nine' and state = 'succeeded'
                )
                select a.number from measured a where not exists (
                  select from measured b where b.score <= a.score and b.train_seconds <= a.train_seconds
                    and (b.score < a.score or b.train_seconds < a.train_seconds))
                order by a.train_seconds
                """);
            var shown = (await page.CellsAsync("#costs", ["metric", "cost", "number"]))
                .Where(row => row.StartsWith($"{metric}|training time|", StringComparison.Ordinal))
                .Select(row => row.Split('|')[2]);
            Assert.Equal(front, shown);
        }

        await page.AssertDrawnAsync(expectedCharts: 4 + 6 + 1 + 2 + 16 + 1);
        await page.AssertQuietAsync();
        await ReportPage.SaveAsync("nine.pdf", await page.Browser.PrintAsync());

        static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_means_of_two_parameters_together_are_those_of_SQL_for_any_two_and_each_measure()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "pivoted", replicates: 3);
        await using var page = await ReportPage.OpenAsync(database, "pivoted");
        foreach (var (rows, columns) in new[] { ("cell", "sequence_length"), ("sequence_length", "cell") })
        {
            await page.SetAsync("#pivot-axes select", rows);
            Assert.Equal(rows, (await page.AskAsync("document.querySelector('#pivot-axes select').value")).GetString());
            foreach (var (caption, measure) in new[]
            {
                ("Validation loss", "val_loss"), ("Overfitting gap, last epoch", "last_val_loss - last_train_loss"),
                ("Validation loss, last epoch", "last_val_loss"),
            })
            {
                // Student's t of two degrees of freedom is 4.302653.
                var numbers = await RowsAsync(
                    $"select concat_ws(' ', avg({measure}), 4.302653 * stddev({measure}) / sqrt(3)) "
                    + $"from trial_summary where sweep = 'pivoted' group by {rows}, {columns} order by {Order(rows)}, {Order(columns)}");
                // The digits are those of the tables.
                var expected = numbers.Select(row => row.Split(' ').Select(Number).ToArray())
                    .Select(row => row[1] > 1e-6 ? $"{MetricText.Of(row[0])} ± {MetricText.Error(row[0], row[1])}" : MetricText.Of(row[0]));
                var cells = await page.AskAsync(
                    $"[...[...document.querySelectorAll('.heat table')].find(table => table.caption.textContent.startsWith('{caption} by'))"
                    + ".querySelectorAll('td')].map(cell => cell.textContent)");
                Assert.Equal(expected, cells.EnumerateArray().Select(cell => cell.GetString()!));
            }
        }

        // Lines are drawn over the one that is a number, whichever side it has, with a line for each value of the other.
        Assert.Equal(3, await page.CountAsync("#chart-pivot .multiples > div:first-child g[aria-label=line] path"));
        Assert.Equal(
            ["10", "20", "30"],
            await page.TextsAsync("#chart-pivot .multiples > div:first-child g[aria-label='x-axis tick label'] text"));
        await page.AssertQuietAsync();

        static string Order(string name) => name == "cell" ? "array_position(array['rnn', 'lstm', 'gru'], cell)" : name;
    }

    [Fact]
    public async Task The_best_value_so_far_and_the_replay_of_stopping_rules_are_drawn_with_the_numbers_of_SQL_and_of_sweep_replay()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "replayed");
        await database.RunAsync(
            """
            update sweeps set state = 'completed', ended_at = now(), spec = jsonb_set(spec, '{method}', '{"kind": "random", "trials": 9}')
            where name = 'replayed';
            update trials set proposed_by = case when number < 4 then 'start of tpe' else 'tpe' end
            where sweep_id = (select id from sweeps where name = 'replayed')
            """);
        await using var page = await ReportPage.OpenAsync(database, "replayed");
        const string Data = "JSON.parse(document.getElementById('data').textContent)";
        var shown = await page.AskAsync(
            "(search => search.n.map((n, i) => `${n} ${search.best[i].toFixed(4)} ${search.spent[i]} ${search.start[i]}`))"
                + $"({Data}.search)");
        Assert.Equal(
            await RowsAsync(
                """
                select number || ' ' || to_char(min(best_value) over before, 'FM0.0000') || ' ' || sum(epochs_done) over before || ' '
                  || (number < 4)
                from trial_summary where sweep = 'replayed' window before as (order by number) order by number
                """),
            shown.EnumerateArray().Select(row => row.GetString()!));
        Assert.Equal(2, await page.CountAsync("#chart-best svg[role=img]"));
        Assert.Equal(9, await page.CountAsync("#chart-best div:first-child > svg g[aria-label=dot] circle"));
        Assert.Equal(["start of tpe|3", "tpe|6"], await page.CellsAsync("#search", ["proposed_by", "trials"]));

        // The page replays the same orders as the command does when it is asked for as many.
        var (_, output, _) = await Client.Samples.RunAsync(
            "replay", "replayed", "--all", "--orders", "200", "-o", "json", "--postgres", database.Source.ConnectionString);
        var rules = System.Text.Json.JsonDocument.Parse(output).RootElement.EnumerateArray()
            .Select(rule => $"{rule.GetProperty("rule")} {rule.GetProperty("settings")} {rule.GetProperty("epochs").GetDouble():0.000}")
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(rules.Count > 10);
        var drawn = await page.AskAsync(
            $"{Data}.replay.rules.map(rule => "
                + "`${rule.text.replace('{ rule: ', '').replace(',', '').replace(' }', '')} ${rule.epochs.toFixed(3)}`)");
        Assert.Equal(rules, drawn.EnumerateArray().Select(rule => rule.GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(rules.Count, await page.CountAsync("#chart-replay g[aria-label=dot] circle"));
        Assert.Equal(["asha", "hyperband", "median", "patience"], (await page.TextsAsync("#chart-replay .key li")).Order());
        Assert.Contains("Means over 200 orders", (await page.TextsAsync("#figure-replay figcaption")).Single(), StringComparison.Ordinal);
        await page.AssertQuietAsync();
        await page.PhotographAsync("replayed.png");
    }

    [Fact]
    public async Task A_bar_is_the_interval_of_the_mean_and_the_page_says_so()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        await ReportRows.AddNineAsync(database, "intervals");
        await using var page = await ReportPage.OpenAsync(database, "intervals");
        Assert.Contains("95 % interval", (await page.TextsAsync("#figure-effects figcaption")).Single(), StringComparison.Ordinal);
        Assert.Equal(6, await page.CountAsync("#chart-effects .interval line"));
        // Student's t of two degrees of freedom is 4.302653.
        var expected = await RowsAsync(
            """
            select cell || ' ' || to_char(avg(val_loss) - 4.302653 * stddev(val_loss) / sqrt(3), 'FM0.0000') || ' '
              || to_char(avg(val_loss) + 4.302653 * stddev(val_loss) / sqrt(3), 'FM0.0000')
            from trial_summary where sweep = 'intervals' group by cell order by cell
            """);
        var shown = await page.AskAsync(
            """
            JSON.parse(document.getElementById("data").textContent).effects.find(effect => effect.parameter === "cell").values
              .map(value => `${value.value} ${value.low.toFixed(4)} ${value.high.toFixed(4)}`).sort()
            """);
        Assert.Equal(expected, shown.EnumerateArray().Select(value => value.GetString()!));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private async Task<List<string>> RowsAsync(string sql) =>
        [.. (await database.Reader.QueryAsync(sql, TestContext.Current.CancellationToken)).Rows.Select(ReportPage.Plain)];
}
