using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Tests.Client;
using Sweep.Tests.Storage;

namespace Sweep.Tests.Reports;

/// <summary>What commands show of a sweep of a program: what it has reported, and nothing that only the built-in model has.</summary>
public sealed partial class ProgramReportTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static int _number;

    [Fact]
    public async Task The_report_has_the_metrics_by_name_and_the_influence_of_the_programs_own_parameters()
    {
        var name = await AddAsync();
        var text = await OutputAsync("report", name);
        Assert.Contains("The best of 10 trials", await OutputAsync("report", name, "--markdown"), StringComparison.Ordinal);
        Assert.Contains("optimizer mattered", text, StringComparison.Ordinal);
        foreach (var title in (string[])["score/f1", "val/top-5", "constructor", "__proto__", "learning rate", "step-size"])
            Assert.Contains(title, text, StringComparison.Ordinal);
        AssertSpeaksOfNothingElse(text);
        AssertSpeaksOfNothingElse(await OutputAsync("report", name, "--markdown"));

        var lines = (await OutputAsync("report", name, "-o", "csv")).Split('\n');
        Assert.StartsWith(
            "number,optimizer,learning_rate,best,state,best_epoch,"
                + "score/f1,__proto__,best_2,constructor,number_2,step-size,train_seconds,val/top-5,last_epoch,last_score/f1,",
            lines[0]);
        Assert.Contains(lines, line => line.StartsWith("5,adam,1e-3,1,succeeded,5,80,1005.005,2005.005,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_has_the_metrics_of_the_best_and_the_last_epoch()
    {
        var json = JsonDocument.Parse(await OutputAsync("report", await AddAsync(), "-o", "json")).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("dataset").ValueKind);
        Assert.Equal(["python3", "train.py", "{parameters}"], Texts(json.GetProperty("program").GetProperty("command")));
        Assert.Equal(["score/f1", .. ProgramRows.Others], Texts(json.GetProperty("metrics")));
        Assert.Equal("points", json.GetProperty("objective").GetProperty("unit").GetString());
        var best = json.GetProperty("trials")[0];
        Assert.Equal(81.11, best.GetProperty("best_value").GetDouble());
        Assert.Equal(81.11, best.GetProperty("best").GetProperty("metrics").GetProperty("score/f1").GetDouble());
        Assert.Equal(6, best.GetProperty("last").GetProperty("epoch").GetInt32());
        Assert.False(best.TryGetProperty("test_windows", out _));
        var measures = json.GetProperty("measures").EnumerateArray().ToDictionary(
            measure => measure.GetProperty("name").GetString()!, measure => measure.GetProperty("unit").GetString());
        Assert.Equal(("points", "bytes"), (measures["score/f1"], measures["peak_memory_bytes"]));

        static IEnumerable<string?> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetString());
    }

    [Fact]
    public async Task Small_values_differ_and_have_the_same_digits_in_tables_and_in_sentences()
    {
        await ProgramRows.AddAsync(database, ProgramRows.Spec("program-small"), scale: 1e-5);
        await ProgramRows.AddAsync(database, ProgramRows.Spec("program-smaller"), scale: 1e-6);
        var page = await OutputAsync("report", "program-small", "--markdown");
        foreach (var value in (string[])["0.0008111", "0.0008074"])
            Assert.Contains($"| {value} |", page, StringComparison.Ordinal);
        Assert.Contains("score/f1 0.0008111 points at epoch 5 of 6", page, StringComparison.Ordinal);
        Assert.Matches(@"optimizer mattered.*: mean score/f1 0\.0008\d+ with adam", page);
        Assert.Matches(
            @"mean score/f1 0\.000\d+ and \d\.?\d*e-5\.", await OutputAsync("report", "program-small", "--compare", "program-smaller"));
    }

    [Fact]
    public async Task No_report_has_the_values_of_the_programs_environment()
    {
        var spec = ProgramRows.Spec("program-secret");
        var variables = new Dictionary<string, string> { ["API_KEY"] = "never-shown", ["EMPTY"] = "" };
        await ProgramRows.AddAsync(database, spec with { Program = spec.Program! with { Environment = variables } });
        var page = Path.Combine(Path.GetTempPath(), "program-secret.html");
        await OutputAsync("report", "program-secret", "--html", page);
        string[] written =
        [
            await OutputAsync("report", "program-secret", "-o", "json"),
            await OutputAsync("report", "program-secret", "--markdown"),
            await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken),
        ];
        File.Delete(page);
        Assert.All(written, text => Assert.Contains("API_KEY", text, StringComparison.Ordinal));
        string[][] others =
        [
            ["report", "program-secret"], ["list", "-o", "json"], ["show", "program-secret"], ["show", "program-secret", "-o", "json"],
            ["show", "program-secret/1"], ["show", "program-secret/1", "-o", "json"],
        ];
        foreach (var command in others)
            Assert.DoesNotContain("never-shown", await OutputAsync(command), StringComparison.Ordinal);
        Assert.All(written, text => Assert.DoesNotContain("never-shown", text, StringComparison.Ordinal));
        Assert.Equal(
            "…",
            JsonDocument.Parse(written[0]).RootElement.GetProperty("program").GetProperty("environment").GetProperty("EMPTY").GetString());
        Assert.Contains("environment: { EMPTY: \"…\", API_KEY: \"…\" }", written[1], StringComparison.Ordinal);
        Assert.Contains("The values of the environment are left out", written[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_draws_every_metric_under_its_name()
    {
        Assert.SkipUnless(File.Exists(Browser.Program), Browser.WhyMissing);
        var name = await AddAsync();
        await using var page = await ReportPage.OpenAsync(database, name);
        Assert.Equal("yes", (await page.AskAsync("document.documentElement.dataset.drawn")).GetString());
        Assert.Equal(["score/f1, points", .. ProgramRows.Others], await page.TextsAsync("#chart-curves h3"));
        Assert.Equal(
            (await page.TextsAsync("#chart-curves h3")).Select(title => $"{title} over epoch"),
            (await page.AskAsync("[...document.querySelectorAll('#chart-curves svg[aria-label]')].map(svg => svg.ariaLabel)"))
                .EnumerateArray().Select(label => label.GetString()));
        // Charts write a value as the tables do.
        var said = (await page.AskAsync("[...document.querySelectorAll('#chart-curves svg')].map(svg => svg.ariaDescription)"))
            .EnumerateArray().Select(text => text.GetString()!).ToList();
        Assert.Contains(" 81.110, of trial ", said[0], StringComparison.Ordinal);
        Assert.Contains("81.110", await page.TextsAsync("#trials td"));
        // Ten trials have succeeded, and the failed one has epochs too.
        Assert.Equal(11, await page.CountAsync("#chart-curves svg[aria-label^='score/f1'] g[aria-label=line] path"));
        Assert.Equal(1, await page.CountAsync("#chart-costs svg[aria-label='score/f1, points against time, s']"));
        Assert.Contains("train_seconds", await page.TextsAsync("#chart-pivot h3"));
        Assert.Equal(
            ["optimizer", "learning_rate", "best", "Time, s", "score/f1, points"], await page.TextsAsync("#chart-parallel legend"));
        await page.SetAsync("#trials [data-filter]", "score/f1>80");
        Assert.Matches(@"^\d of 12 trials match\.$", Assert.Single(await page.TextsAsync("#trials output")));
        await page.SetAsync("#trials [data-filter]", "");
        AssertSpeaksOfNothingElse((await page.AskAsync("document.querySelector('main').innerText")).GetString()!);
        AssertSpeaksOfNothingElse((await page.AskAsync(
            "[...document.querySelectorAll('[aria-label], [aria-description], [placeholder]')]"
                + ".map(item => `${item.ariaLabel} ${item.ariaDescription} ${item.placeholder}`).join('\\n')")).GetString()!);
        Assert.Equal("repeat", (await page.AskAsync("[...document.querySelectorAll('main section')].at(-1).id")).GetString());
        await page.AssertQuietAsync();
        await page.PhotographAsync("program.png");
    }

    [Fact]
    public async Task A_program_without_a_limit_of_epochs_has_as_many_as_it_reported()
    {
        var name = await AddAsync(epochs: null);
        Assert.Contains("points at epoch 5 of 6", await OutputAsync("report", name, "--markdown"), StringComparison.Ordinal);
        var listed = JsonDocument.Parse(await OutputAsync("list", "-o", "json")).RootElement.EnumerateArray()
            .Single(sweep => sweep.GetProperty("name").GetString() == name);
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("epochs_total").ValueKind);
        Assert.Contains($"{name}  running, 10 of 12 trials done, 62 epochs\n", await OutputAsync("show", name), StringComparison.Ordinal);
        Assert.DoesNotContain("of 0", await OutputAsync("show", $"{name}/1"), StringComparison.Ordinal);
        await database.RunAsync($"update sweeps set state = 'completed' where name = '{name}'");
        Assert.Contains("Without a rule: 62 epochs of 11 trials", await OutputAsync("replay", name, "--all"), StringComparison.Ordinal);
        AssertSpeaksOfNothingElse(await OutputAsync("report", name, "--markdown"));
    }

    [Fact]
    public async Task Points_have_the_means_of_the_metrics_over_seeds()
    {
        var spec = ProgramRows.Spec("program-points") with { Replicates = 2 };
        await ProgramRows.AddAsync(database, spec);
        var text = await OutputAsync("report", "program-points");
        Assert.Matches(@"rank +optimizer +learning rate +best +trials .*mean score/f1 .*last score/f1 +__proto__ +best +constructor", text);
        Assert.Matches(@"\n +1  adam +slow +2 +2 +1 +81\.110 ", text);
        // Trials 7 and 8 have 80.74 and 81.11.
        Assert.Matches(@"\n +2  adam +fast +2 +2 +2 +80\.925 +0\.2616 ", text);
        var page = await OutputAsync("report", "program-points", "--markdown");
        Assert.Contains(
            "The best of 12 points (22 trials that succeeded) is optimizer adam, learning_rate slow, best 2: "
                + "mean score/f1 81.11 points (one trial)",
            page,
            StringComparison.Ordinal);
        AssertSpeaksOfNothingElse(text + page);
    }

    [Fact]
    public async Task Show_and_list_name_the_program_and_what_it_reported()
    {
        var name = await AddAsync();
        var shown = await OutputAsync("show", name);
        Assert.Contains("maximize score/f1 (points) of python3 train.py '{parameters}', created ", shown, StringComparison.Ordinal);
        Assert.Contains("maximize score/f1 (points)", await OutputAsync("report", name, "--markdown"), StringComparison.Ordinal);
        var trial = await OutputAsync("show", $"{name}/1");
        Assert.Contains("5: score/f1 80.370, __proto__ 1001.0, best 2001.0", trial, StringComparison.Ordinal);
        Assert.Matches(@"time +2\.5 s, 1\.0 s of processor time *\n", trial);
        Assert.Matches(@"optimizer +adam *\nlearning_rate +slow *\nbest +1 *\nstep-size +0\.5 *\nepochs +6 *\nseed +42", trial);
        AssertSpeaksOfNothingElse(shown + trial + await OutputAsync("show", $"{name}/12") + await OutputAsync("show", name, "-o", "json"));
        Assert.Contains("score/f1", await OutputAsync("list"), StringComparison.Ordinal);
        Assert.Contains("score/f1", await OutputAsync("show", $"{name}/1", "-o", "json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweeps_of_programs_are_compared_by_the_objective_and_by_what_they_ran()
    {
        var (here, there) = (await AddAsync(), await AddAsync(shift: 1));
        var text = await OutputAsync("report", here, "--compare", there);
        Assert.Contains($"{there} in 10; mean score/f1", text, StringComparison.Ordinal);
        AssertSpeaksOfNothingElse(text);

        await ReportRows.AddNineAsync(database, $"model-{here}");
        foreach (var (first, second) in ((string, string)[])[(here, $"model-{here}"), ($"model-{here}", here)])
        {
            text = await OutputAsync("report", first, "--compare", second);
            Assert.Contains($"{here} runs a program, and the other one trains the built-in model.", text, StringComparison.Ordinal);
            Assert.Contains("so there is nothing to compare", text, StringComparison.Ordinal);
        }

        var file = Path.Combine(Path.GetTempPath(), $"{here}.csv");
        await File.WriteAllTextAsync(file, "cell,epoch,val_loss\nlstm,3,1.5\n", TestContext.Current.CancellationToken);
        text = await OutputAsync("report", here, "--reference", file);
        Assert.Contains("1 of 1 published rows have no epoch", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_the_built_in_model_has_is_refused_in_one_line()
    {
        var name = await AddAsync();
        var (code, output, error) = await Samples.RunAsync(
            "download", $"{name}/1", "--output", "/tmp/none-of-these", "--postgres", database.Source.ConnectionString);
        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"sweep: {name}/1 is a trial of a program; only the built-in model has weights.", error.TrimEnd('\n'));
    }

    private async Task<string> AddAsync(int? epochs = 6, double shift = 0)
    {
        var name = $"program-{Interlocked.Increment(ref _number)}";
        await ProgramRows.AddAsync(database, ProgramRows.Spec(name, epochs), shift);
        return name;
    }

    private async Task<string> OutputAsync(params string[] line)
    {
        var (code, output, error) = await Samples.RunAsync([.. line, "--postgres", database.Source.ConnectionString]);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    private static void AssertSpeaksOfNothingElse(string text) =>
        Assert.DoesNotMatch(OfTheModel(), text);

    [GeneratedRegex(
        @"\b(nats|character|window|perplexity|accuracy|val_loss|train_loss|validation|inference|MACs|multiply|dataset|torch|sample)",
        RegexOptions.IgnoreCase)]
    private static partial Regex OfTheModel();
}
