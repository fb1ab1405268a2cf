using System.Text;

namespace Sweep.Tests.SweepFiles;

/// <summary>Tests the error for each mistake that a sweep file may have outside its parameters.</summary>
public sealed class WrongFileTests
{
    private const string Start = "dataset: { path: text.txt }\nparameters: { cell: { values: [rnn, gru] } }\n";

    [Theory]
    [InlineData("nam: x", "nam: found an unknown key; the nearest known key is name.")]
    [InlineData("name: a b", "name: found a b; expected at most 100 letters, digits, dots, dashes and underscores.")]
    [InlineData("name: [a]", "name: found [a]; expected a text.")]
    [InlineData("name:", "name: found nothing; expected a text.")]
    [InlineData("seed: x", "seed: found x; expected a whole number of at least 0.")]
    [InlineData("seed: 1.0", "seed: found 1.0; expected a whole number of at least 0.")]
    [InlineData("seed: '1'", "seed: found the text \"1\"; expected a whole number of at least 0; write 1 without quotes.")]
    [InlineData("retries: -1", "retries: found -1; expected a whole number of at least 0.")]
    [InlineData("method: Grid", "method: found Grid; expected one of grid, random, sobol, tpe, gp, cma-es, nsga-ii.")]
    [InlineData("method: cma_es", "method: found cma_es; expected one of grid, random, sobol, tpe, gp, cma-es, nsga-ii.")]
    [InlineData("method: nsga-ii", "method: found nsga-ii without budget.trials; expected budget: { trials: … }.")]
    [InlineData("method: cma-es", "method: found cma-es without budget.trials; expected budget: { trials: … }.")]
    [InlineData("method: tpe\nbudget: { time: 2h }", "method: found tpe without budget.trials; expected budget: { trials: … }.")]
    [InlineData(
        "method: tpe\nbudget: { trials: 9 }\nsearch: { window: 0 }",
        "search.window: found 0; expected a whole number from 1 to 999,999.", 5)]
    [InlineData(
        "method: tpe\nbudget: { trials: 9 }\nsearch: { windows: 4 }",
        "search.windows: found an unknown key; the nearest known key is window.", 5)]
    [InlineData(
        "method: tpe\nbudget: { trials: 9 }\nsearch: { order: time }",
        "search.order: found time; expected one of number, arrival.", 5)]
    [InlineData(
        "search: { window: 4 }",
        "search: found it beside method: grid; leave it out, no trial of that method waits for an outcome.")]
    [InlineData("budget: { epochs: 0 }", "budget.epochs: found 0; expected a whole number of at least 1.")]
    [InlineData("budget: { time: soon }", "budget.time: found soon; expected seconds, such as 600, 30m or 2h, from 1 to 100,000,000.")]
    [InlineData("budget: { target: low }", "budget.target: found low; expected a number.")]
    [InlineData("budget: { failures: 0 }", "budget.failures: found 0; expected a whole number of at least 1.")]
    [InlineData("method: random", "method: found random without budget.trials; expected budget: { trials: … }.")]
    [InlineData("budget: { trials: 5 }", "budget.trials: found 5 for a grid; leave it out, a grid has as many trials as combinations.")]
    [InlineData("method: random\nbudget: { trials: 0 }", "budget.trials: found 0; expected a whole number from 1 to 999,999.", 4)]
    [InlineData(
        "method: random\nbudget: { trials: 1000000 }", "budget.trials: found 1000000; expected a whole number from 1 to 999,999.", 4)]
    [InlineData("method: random\nbudget: {}", "method: found random without budget.trials; expected budget: { trials: … }.")]
    [InlineData("method: random\nbudget: 5", "budget: found 5; expected keys: trials, epochs, time, target, failures.", 4)]
    [InlineData("resources: { slots: 0 }", "resources.slots: found 0; expected a whole number of at least 1.")]
    [InlineData("resources: { slot: 1 }", "resources.slot: found an unknown key; the nearest known key is slots.")]
    [InlineData("resources: { priority: high }", "resources.priority: found high; expected a whole number from -1,000,000 to 1,000,000.")]
    [InlineData("resources: { max_concurrent: 0 }", "resources.max_concurrent: found 0; expected a whole number of at least 1.")]
    [InlineData("resources: 3", "resources: found 3; expected keys: slots, max_concurrent, priority, require.")]
    [InlineData(
        "resources: { require: gpu=h200 }",
        "resources.require: found gpu=h200; expected a list of workers' labels, each once, such as [gpu=h200].")]
    [InlineData(
        "resources: { require: [a, a] }", "resources.require: found a; expected a list of workers' labels, each once, such as [gpu=h200].")]
    [InlineData(
        "resources: { require: ['no blanks'] }",
        "resources.require: found the text \"no blanks\"; expected a list of workers' labels, each once, such as [gpu=h200].")]
    [InlineData(
        "objective: { metric: loss }", "objective.metric: found loss; expected one of val_loss, val_accuracy, train_loss, perplexity.")]
    [InlineData("objective: { goal: min }", "objective.goal: found min; expected one of minimize, maximize.")]
    [InlineData(
        "checkpoint: { every: soon }",
        "checkpoint.every: found soon; expected seconds, such as 30, 30s or 2m, at most 1,000,000; 0 is each epoch.")]
    [InlineData(
        "checkpoint: { every: -1 }",
        "checkpoint.every: found -1; expected seconds, such as 30, 30s or 2m, at most 1,000,000; 0 is each epoch.")]
    [InlineData(
        "stop: asha", "stop: found asha; expected a stopping rule, such as { rule: asha, first: 1, factor: 3 }, or a list of them.")]
    [InlineData("stop: []", "stop: found []; expected a stopping rule, such as { rule: asha, first: 1, factor: 3 }, or a list of them.")]
    [InlineData("stop: { rule: ash }", "stop.rule: found ash; expected one of asha, hyperband, median, threshold, patience.")]
    [InlineData("stop: { rule: asha, fist: 1 }", "stop.fist: found an unknown key; the nearest known key is first.")]
    [InlineData("stop: { rule: asha, epoch: 1 }", "stop.epoch: found an unknown key; expected one of rule, first, factor.")]
    [InlineData("stop: { rule: asha, first: 0 }", "stop.first: found 0; expected a whole number of at least 1.")]
    [InlineData("stop: { rule: hyperband, factor: 1 }", "stop.factor: found 1; expected a whole number from 2 to 1,000,000.")]
    [InlineData("stop: { rule: threshold, epoch: 2 }", "stop: found no value; expected a value of the objective for it.")]
    [InlineData("stop: { rule: threshold, epoch: 2, value: low }", "stop.value: found low; expected a value of the objective.")]
    [InlineData("stop: { rule: patience, epochs: 3, gain: -1 }", "stop.gain: found -1; expected a number of at least 0.")]
    [InlineData(
        "stop: { rule: asha, first: 100 }",
        "stop.first: found 100; expected at most 19, since no trial trains more than 20 epochs.")]
    [InlineData(
        "stop:\n  - { rule: asha }\n  - { rule: median, trials: 0 }",
        "stop.trials: found 0; expected a whole number from 1 to 1,000,000.",
        5)]
    [InlineData("replicates: 0", "replicates: found 0; expected a whole number from 1 to 1,000.")]
    [InlineData("precision: bf16", "precision: found bf16; expected one of float32, tf32.")]
    [InlineData("stall_limit: soon", "stall_limit: found soon; expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000.")]
    [InlineData("stall_limit: 0", "stall_limit: found 0; expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000.")]
    [InlineData("stall_limit: 4.9", "stall_limit: found 4.9; expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000.")]
    [InlineData("stall_limit: 300h", "stall_limit: found 300h; expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000.")]
    [InlineData("stall_limit: -1", "stall_limit: found -1; expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000.")]
    [InlineData(
        "require: layers < 3", "require: found layers < 3; expected a list of constraints, such as [hidden_size * layers <= 1024].")]
    [InlineData("require: []", "require: found 0 constraints; expected 1 to 100, such as [hidden_size * layers <= 1024].")]
    [InlineData(
        "require: [width < 3]",
        "require: found width < 3, where width is no parameter with numbers; expected sequence_length, hidden_size, layers, " +
            "learning_rate, batch_size, dropout, epochs, weight_decay, gradient_clipping.")]
    [InlineData(
        "require:\n- layers < 3\n- Max(layers, 2) < 3",
        "require: found Max(layers, 2) < 3; expected comparisons of numbers and parameters (+ - * / < <= > >= == !=) joined by and, or; " +
            "such as hidden_size * layers <= 1024.",
        5)]
    [InlineData("require: [layers > 1]", "require: found layers > 1; expected a constraint that some combination of the grid satisfies.")]
    [InlineData(
        "require: [layers > 0, layers > 1]",
        "require: found layers > 1; expected a constraint that some combination of the grid satisfies.")]
    [InlineData(
        "method: random\nbudget: { trials: 9 }\nrequire: [layers > 1]",
        "require: found layers > 1; expected a constraint that some point of the space satisfies.",
        5)]
    [InlineData("checkpoint: { keep: 0 }", "checkpoint.keep: found 0; expected a whole number of at least 1.")]
    [InlineData("dataset: { path: other.txt }", "dataset: found the key a second time; it stands at x.yaml:1 already.")]
    [InlineData("---\nname: y", ": found a second document; expected one.")]
    [InlineData("? [a]\n: b", null)]
    [InlineData("name: {", null)]
    public async Task A_wrong_key_is_refused_with_its_line(string line, string? expected, int at = 3)
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync(Start + line);
        if (expected is null)
            Assert.Matches(@"^x\.yaml:[345]: found text that is not YAML \(.*\); expected ""key: value"" lines\.$", error);
        else
            Assert.Equal(expected.StartsWith(':') ? $"x.yaml:{at}{expected}" : $"x.yaml:{at}: {expected}", error);
        SweepFileFolder.IsWrongByBound(Start + line, error);
    }

    [Theory]
    [InlineData("", "x.yaml:1: found nothing; expected keys such as dataset and parameters.")]
    [InlineData("# only a comment", "x.yaml:1: found nothing; expected keys such as dataset and parameters.")]
    [InlineData("- a", "x.yaml:1: found [a]; expected keys such as dataset and parameters.")]
    [InlineData("name: x", "x.yaml:1: found no dataset; expected the text to train on, such as dataset: { path: text.txt }.")]
    [InlineData(
        "dataset: { path: text.txt }",
        "x.yaml:1: found no parameters; expected what to train, such as parameters: { cell: { values: [rnn, lstm] } }.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters: {}",
        "x.yaml:2: parameters: found no parameter; expected at least one, such as cell: lstm.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters: lstm",
        "x.yaml:2: parameters: found lstm; expected keys: " +
            "cell, sequence_length, hidden_size, layers, fully_connected, learning_rate, batch_size, dropout, epochs, " +
            "optimizer, weight_decay, gradient_clipping, seed.")]
    [InlineData(
        "dataset: { path: text.txt }\nmethod: random\nbudget: { trials: 3 }\nparameters: { cell: lstm, layers: { values: [1] } }",
        "x.yaml:2: method: found random, but no parameter varies; expected a parameter with values or a range.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters:\n  epochs: { min: 1, max: 1000, step: 1 }\n" +
            "  layers: { min: 1, max: 100, step: 1 }\n  hidden_size: { min: 1, max: 100, step: 1 }",
        "x.yaml:2: parameters: found a grid of 10,000,000 trials; expected at most 999,999; shorten a list, or use method: random.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters:\n  layers: { values: [1, 3] }\n  hidden_size: { values: [8, 16] }\n" +
            "require: [layers > 1, layers * hidden_size < 24, hidden_size > 7]",
        "x.yaml:5: require: found constraints that no combination of the grid satisfies together; expected fewer or weaker ones.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters: { batch_size: { values: [16, full] }, layers: { values: [1, 2] } }\n" +
            "require: [batch_size < 99]",
        "x.yaml:3: require: found batch_size < 99, where batch_size may be a word; " +
            "expected only parameters whose values in this file are all numbers.")]
    [InlineData(
        "dataset: { path: text.txt }\nmethod: random\nbudget: { trials: 9 }\n" +
            "parameters: { dropout: { min: 0, max: 0.9 } }\nrequire: [dropout > 0.8996]",
        "x.yaml:5: require: found constraints that 4 of 10,000 random points satisfy; " +
            "expected at least 10; narrow the parameters' values instead, or use method: grid.")]
    [InlineData(
        "dataset: { path: text.txt }\nparameters:\n  epochs: { min: 1, max: 1000, step: 1 }\n" +
            "  layers: { min: 1, max: 100, step: 1 }\n  hidden_size: { min: 1, max: 100, step: 1 }\n" +
            "require: [epochs * layers * hidden_size < 99]",
        "x.yaml:6: require: found constraints on parameters that have 10,000,000 combinations in the grid; " +
            "expected at most 200,000; shorten a list, or use method: random.")]
    public async Task A_file_that_lacks_something_is_refused(string yaml, string expected)
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync(yaml);
        Assert.Equal(expected, error);
        SweepFileFolder.IsWrongByBound(yaml, error);
    }

    [Theory]
    [InlineData("{ path: none.txt }", "dataset.path: found no file none.txt; expected the path of one.")]
    [InlineData("{ path: . }", "dataset.path: found a folder (.); expected a file.")]
    [InlineData("{ path: empty.txt }", "dataset.path: found an empty text; expected at least two distinct characters.")]
    [InlineData("{ path: same.txt }", "dataset.path: found a text of one character, repeated; expected at least two distinct characters.")]
    [InlineData(
        "{ path: latin1.txt }",
        "dataset.path: found bytes that are not UTF-8, the first 0xe9 at offset 3; expected UTF-8 (iconv -f LATIN1 -t UTF-8).")]
    [InlineData("{ path: text.txt, sha256: abc }", "dataset.sha256: found abc; expected 64 hexadecimal digits (sha256sum FILE).")]
    [InlineData("{ path: text.txt, url: 'https://example.org/a' }", "dataset: found path and url; expected one of them.")]
    [InlineData(
        "{ url: 'https://example.org/a' }",
        "dataset.url: found a url without sha256; expected the text's hash beside it: sha256: 64 hexadecimal digits.")]
    [InlineData(
        "{ url: 'ftp://example.org/a' }",
        "dataset.url: found the text \"ftp://example.org/a\"; expected an address that begins with https://.")]
    [InlineData("{}", "dataset: found no text; expected path: FILE, url: with sha256:, or the name: of a stored text.")]
    [InlineData("text.txt", "dataset: found text.txt; expected keys: name, path, url, sha256, split, validation, test.")]
    [InlineData("{ path: text.txt, split: half }", "dataset.split: found half; expected one of random, tail, windows.")]
    [InlineData("{ path: text.txt, validation: 0 }", "dataset.validation: found 0; expected a share above 0 and below 1.")]
    [InlineData("{ path: text.txt, validation: 1 }", "dataset.validation: found 1; expected a share above 0 and below 1.")]
    [InlineData("{ path: text.txt, test: 1 }", "dataset.test: found 1; expected a share of at least 0 and below 1.")]
    [InlineData("{ path: text.txt, test: none }", "dataset.test: found none; expected a number.")]
    [InlineData(
        "{ path: text.txt, validation: 0.5, test: 0.5 }",
        "dataset.test: found 0.5; expected a share that is below 1 together with validation, so that some text is left to train on.")]
    [InlineData("{ path: text.txt, validation: 20% }", "dataset.validation: found 20%; expected a number.")]
    [InlineData(
        "{ path: text.txt, validation: 0.999 }",
        "dataset.validation: found 0.999; " +
            "of 380 windows of 20 characters that leaves 0 to train on and 380 to validate with; both need one.")]
    [InlineData(
        "{ path: text.txt, validation: 0.6, test: 0.399 }",
        "dataset.validation: found 0.6; of 380 windows of 20 characters that leaves 0 to train on and 228 to validate with "
            + "beside 152 for the test; each needs one.")]
    [InlineData(
        "{ name: shakespeare }",
        "dataset.name: found only the name shakespeare; " +
            "expected path: FILE or url: with sha256: as well, since there is no cluster that could have the text.")]
    public async Task A_wrong_dataset_is_refused_with_its_line(string dataset, string expected)
    {
        using var folder = new SweepFileFolder();
        folder.Write("empty.txt", "");
        folder.Write("same.txt", "aaaa");
        folder.Write("latin1.txt", Encoding.Latin1.GetBytes("caféteria"));
        var yaml = $"name: x\ndataset: {dataset}\nparameters: {{ batch_size: full }}";
        var error = await folder.ErrorAsync(yaml);
        Assert.Equal($"x.yaml:2: {expected}", error.Replace($"({folder.Path})", "(.)", StringComparison.Ordinal));
        if (new[] { "dataset.validation", "dataset.test" }.Any(key => expected.StartsWith(key, StringComparison.Ordinal)))
            Assert.Equal(!expected.EndsWith("expected a number.", StringComparison.Ordinal), SweepFileFolder.IsWrongByBound(yaml, error));
    }

    [Fact]
    public async Task A_text_with_another_hash_is_refused()
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync($"dataset: {{ path: text.txt, sha256: {new string('0', 64)} }}\nparameters: {{ cell: lstm }}");
        Assert.Matches($"^x.yaml:1: dataset.sha256: found a text with the hash [0-9a-f]{{64}}; expected {new string('0', 64)}.$", error);
    }

    [Fact]
    public async Task A_missing_file_a_folder_and_bytes_that_are_not_UTF8_are_refused()
    {
        using var folder = new SweepFileFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "folder.yaml"));
        folder.Write("bytes.yaml", [(byte)'a', (byte)':', 0xff]);
        folder.Write("large.yaml", new byte[(1 << 20) + 1]);
        Assert.StartsWith("none.yaml: found no file ", await folder.FileErrorAsync("none.yaml"), StringComparison.Ordinal);
        Assert.StartsWith("folder.yaml: found a folder ", await folder.FileErrorAsync("folder.yaml"), StringComparison.Ordinal);
        Assert.Equal(
            "bytes.yaml: found bytes that are not UTF-8, the first 0xff at offset 2; expected UTF-8 (iconv -f LATIN1 -t UTF-8).",
            await folder.FileErrorAsync("bytes.yaml"));
        Assert.Equal("large.yaml: found more than 1048576 bytes; expected a smaller file.", await folder.FileErrorAsync("large.yaml"));
    }

    [Fact]
    public async Task A_file_whose_own_name_is_not_allowed_as_the_name_of_a_sweep_must_contain_a_name()
    {
        using var folder = new SweepFileFolder();
        folder.Write("my sweep.yaml", Start);
        Assert.Equal(
            "my sweep.yaml:1: found no name, and the file's own is my sweep; " +
                "expected a name of at most 100 letters, digits, dots, dashes and underscores.",
            await folder.FileErrorAsync("my sweep.yaml"));
    }

    [Fact]
    public async Task Of_several_mistakes_the_first_by_line_is_reported()
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync("dataset: { path: text.txt }\nretries: x\nparameters:\n  layers: 0\nunknown: 1");
        Assert.StartsWith("x.yaml:2: retries: ", error, StringComparison.Ordinal);
        error = await folder.ErrorAsync(
            "method: grid\nname: x\nparameters:\n  layers: 0\nretries: x\nunknown: 1\ndataset: { path: text.txt }");
        Assert.StartsWith("x.yaml:4: parameters.layers: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_nested_too_deeply_are_refused()
    {
        using var folder = new SweepFileFolder();
        Assert.Equal(
            "x.yaml:1: name: found values nested too deeply; expected at most 16 levels.",
            await folder.ErrorAsync($"name: {new string('[', 5000)}"));
    }
}
