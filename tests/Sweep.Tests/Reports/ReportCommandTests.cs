using System.Text.Json;
using Sweep.Tests.Client;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>Runs <c>sweep report</c> on a real database.</summary>
public sealed class ReportCommandTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    [Theory]
    [InlineData(
        "--html /tmp/no-such-folder-here/report.html",
        "--html: found /tmp/no-such-folder-here/report.html, whose folder does not exist; make it first.")]
    [InlineData("--html /tmp", "--html: found /tmp, which is a folder; name the file to write.")]
    [InlineData("--compare nothing-like-it", "No sweep is named nothing-like-it.")]
    [InlineData("--compare a/1", "--compare: found a/1;")]
    [InlineData("--compare a:b", "--compare: found a:b;")]
    [InlineData("--compare wrong-input", "the sweep itself")]
    [InlineData("--compare x.csv --reference y.csv", "expected one reference")]
    [InlineData("--compare no-such-file.csv", "no-such-file.csv")]
    [InlineData("--markdown -o json", "--markdown: found -o beside it")]
    public async Task Wrong_input_is_one_line_and_exit_code_2(string options, string expected)
    {
        if (await database.Reader.FindAsync("wrong-input", TestContext.Current.CancellationToken) is null)
            await ReportRows.AddNineAsync(database, "wrong-input");
        var (code, output, error) = await RunAsync(["wrong-input", .. options.Split(' ')]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_sweep_without_a_finished_trial_still_has_a_page_that_says_so()
    {
        var id = await database.AddSweepAsync(trials: 2);
        var page = Path.GetTempFileName();
        var (code, output, _) = await RunAsync([$"sweep-{id}", "--html", page]);
        Assert.Equal(0, code);
        Assert.StartsWith($"Wrote {page} (", output, StringComparison.Ordinal);
        var html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.Contains("No trial has finished yet: 2 queued.", html, StringComparison.Ordinal);
        var (_, markdown, _) = await RunAsync([$"sweep-{id}", "--markdown"]);
        Assert.Contains("**No trial has finished yet: 2 queued.**", markdown, StringComparison.Ordinal);
        File.Delete(page);
    }

    [Fact]
    public async Task Every_form_of_the_report_compares_it_with_another_sweep()
    {
        await ReportRows.AddNineAsync(database, "here");
        await ReportRows.AddNineAsync(database, "there", failed: 9, shift: 0.25);
        const string verdict = "Of 8 pairs of trials with the same values here is better in 8, there in 0;";
        Assert.Contains(verdict, (await RunAsync(["here", "--compare", "there"])).Output, StringComparison.Ordinal);
        Assert.Contains($"**{verdict}", (await RunAsync(["here", "--compare", "there", "--markdown"])).Output, StringComparison.Ordinal);
        Assert.Equal(10, (await RunAsync(["here", "--compare", "there", "-o", "csv"])).Output.TrimEnd('\n').Split('\n').Length);
        var json = JsonDocument.Parse((await RunAsync(["here", "--compare", "there", "-o", "json"])).Output).RootElement;
        Assert.Equal(9, json.GetProperty("compare").GetProperty("pairs").GetArrayLength());
        // With one trial a point nothing tells an interaction from chance.
        Assert.Equal(2, json.GetProperty("importance").GetProperty("shares").GetArrayLength());
        var page = Path.GetTempFileName();
        Assert.Equal(0, (await RunAsync(["here", "--compare", "there", "--html", page])).Code);
        Assert.Contains(verdict, await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        File.Delete(page);
    }

    [Fact]
    public async Task A_sweep_with_several_seeds_has_a_row_a_point_with_mean_interval_and_last_epoch()
    {
        await ReportRows.AddNineAsync(database, "seeds", replicates: 3);
        var output = (await RunAsync(["seeds"])).Output;
        Assert.Contains("The best of 9 points (27 trials that succeeded)", await FileAsync("--html"), StringComparison.Ordinal);
        Assert.Contains("95 % from", output, StringComparison.Ordinal);
        Assert.Matches(@"cell +\d+\.\d% +0\.00\d +rnn +9 ", output);
        var csv = (await RunAsync(["seeds", "-o", "csv"])).Output.TrimEnd('\n').Split('\n').Select(line => line.Split(',')).ToList();
        Assert.Equal(10, csv.Count);
        var rows = csv.Skip(1).Select(line => csv[0].Zip(line).ToDictionary(pair => pair.First, pair => pair.Second)).ToList();
        foreach (var row in rows)
        {
            var stored = Assert.Single((await database.Reader.QueryAsync(
                "select avg(best_value), stddev_samp(best_value), count(*), avg(last_val_loss), avg(last_val_accuracy), avg(inference_ms) "
                    + $"from trial_summary where sweep = 'seeds' and cell = '{row["cell"]}' "
                    + $"and sequence_length = {row["sequence_length"]}",
                TestContext.Current.CancellationToken)).Rows).Select(Number).ToList();
            // The t quantile for two degrees of freedom.
            var margin = 4.30265272991 * stored[1] / Math.Sqrt(3);
            Assert.Equal(
                [stored[0], stored[1], stored[2], stored[0] - margin, stored[0] + margin, stored[3], stored[4], stored[5]],
                ((string[])["val_loss", "deviation", "succeeded", "low", "high", "last_val_loss", "last_val_accuracy", "inference_ms"])
                    .Select(name => Number(row[name])),
                (expected, found) => Math.Abs(expected - found) < 1e-9);
        }

        var markdown = await FileAsync("--markdown");
        Assert.Contains("| rank | cell |", markdown, StringComparison.Ordinal);
        // Of each value the mean over its three points, each of which is the mean over its seeds.
        var accuracy = Assert.Single((await database.Reader.QueryAsync(
            "select avg(mean_val_accuracy), avg(mean_val_accuracy) + 4.30265272991 * stddev_samp(mean_val_accuracy) / sqrt(3), "
                + "avg(mean_inference_ms) from configurations where sweep = 'seeds' and cell = 'rnn'",
            TestContext.Current.CancellationToken)).Rows).Select(Number).ToList();
        var means = markdown.Split('\n').Last(line => line.StartsWith("| cell | rnn |", StringComparison.Ordinal)).Split(" | ");
        Assert.Equal($"{Percent(accuracy[0])} ± {Percent(accuracy[1] - accuracy[0])}", means[3]);
        Assert.Equal(accuracy[2].ToString("0.00", System.Globalization.CultureInfo.InvariantCulture), means[6]);

        static string Percent(double share) => (100 * share).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + "%";

        static double Number(object? value) =>
            double.Parse($"{value}", System.Globalization.CultureInfo.InvariantCulture);

        async Task<string> FileAsync(string form)
        {
            if (form == "--markdown")
                return (await RunAsync(["seeds", form])).Output;
            var page = Path.GetTempFileName();
            Assert.Equal(0, (await RunAsync(["seeds", form, page])).Code);
            var text = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
            File.Delete(page);
            return text;
        }
    }

    [Fact]
    public async Task Attempts_that_computed_with_different_instructions_have_a_row_each()
    {
        await ReportRows.AddNineAsync(database, "instructions");
        Assert.DoesNotContain("| torch |", await MarkdownAsync(), StringComparison.Ordinal);
        await using (var add = database.Source.CreateCommand(
            """
            insert into attempts (trial_id, attempt, torch, processor, capability, threads, device, gpu, driver)
            select t.id, 1, '2.10.0', 'Xeon', case when t.number < 3 then 'AVX2' else 'AVX512' end, 1,
              case t.number when 9 then 'cuda:1' else 'cpu' end, case t.number when 9 then 'H100' end, case t.number when 9 then '580.1' end
            from trials t join sweeps s on s.id = t.sweep_id where s.name = 'instructions'
            """))
        {
            Assert.Equal(9, await add.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var markdown = await MarkdownAsync();
        Assert.Contains("| torch |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 2.10.0 | Xeon | AVX2 | 1 | cpu |  |  |  | 2 | 2 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 2.10.0 | Xeon | AVX512 | 1 | cpu |  |  |  | 6 | 6 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| 2.10.0 | Xeon | AVX512 | 1 | cuda | H100 | 580.1 |  | 1 | 1 |", markdown, StringComparison.Ordinal);

        async Task<string> MarkdownAsync() => (await RunAsync(["instructions", "--markdown"])).Output;
    }

    [Fact]
    public async Task Long_curves_are_thinned_but_keep_their_first_best_and_last_epoch()
    {
        await ReportRows.AddManyAsync(database, "long-curves", 25);
        var sweep = (await database.Reader.FindAsync("long-curves", TestContext.Current.CancellationToken))!;
        var best = (await database.Reader.TrialsAsync(sweep.Id, TestContext.Current.CancellationToken)).MinBy(trial => trial.BestScore)!;
        var reader = new Sweep.Storage.Reading.ReportReader(database.Source);
        var curve = await reader.CurvesAsync(sweep.Id, [best.Number], 40, TestContext.Current.CancellationToken);
        Assert.InRange(curve.Count, 40, 43);
        Assert.Equal([1, 25], curve.Take(2).Select(row => row.Metrics.Epoch));
        Assert.Equal(1000, curve[^1].Metrics.Epoch);
        // Each epoch took 0.1 s.
        Assert.All(curve, row => Assert.Equal(row.Metrics.Epoch * 0.1, row.Elapsed!.Value, 1e-6));
        // Of other trials only the last epoch is stored, so nobody knows when it was.
        var other = (await database.Reader.TrialsAsync(sweep.Id, TestContext.Current.CancellationToken)).MaxBy(trial => trial.BestScore)!;
        Assert.Null((await reader.CurvesAsync(sweep.Id, [other.Number], 40, TestContext.Current.CancellationToken)).Single().Elapsed);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string[] line) =>
        Samples.RunAsync(["report", .. line, "--postgres", database.Source.ConnectionString]);
}
