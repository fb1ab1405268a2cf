using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Tests.Search;

namespace Sweep.Tests.SweepFiles;

public sealed class SweepFileTests
{
    [Fact]
    public async Task A_short_file_gets_every_default_of_the_documentation()
    {
        using var folder = new SweepFileFolder();
        var sweep = await folder.LoadAsync("dataset: { path: text.txt }\nparameters: { cell: gru }");
        Assert.Equal("x", sweep.Spec.Name);
        Assert.Equal(new DatasetSpec("text", sweep.Dataset.Sha256, SplitKind.Tail, 0.2, Test: 0, FirstTarget: 20), sweep.Spec.Dataset);
        Assert.Equal(new Objective(Metric.ValLoss, Goal.Minimize), sweep.Spec.Objective);
        Assert.Equal(new MethodSpec(MethodKind.Grid), sweep.Spec.Method);
        Assert.Equal(new ResourceSpec(1, null, 0), sweep.Spec.Resources);
        Assert.Equal(new CheckpointSpec(30, 10), sweep.Spec.Checkpoint);
        Assert.Equal((3, 3600.0, 0L), (sweep.Spec.Retries, sweep.Spec.StallLimit, sweep.Spec.Seed));
        Assert.Equal(SweepFileFolder.Text, sweep.Dataset.Text);
        Assert.Equal((400, 6), (sweep.Dataset.Characters, sweep.Dataset.Vocabulary.Size));
    }

    [Fact]
    public async Task Every_key_of_a_full_file_is_read()
    {
        using var folder = new SweepFileFolder();
        var spec = (await folder.LoadAsync("""
            name: full-1.0
            dataset: { name: cats, path: text.txt, split: random, validation: 0.25, test: 0.125 }
            objective: { metric: val_accuracy }
            method: random
            budget: { trials: 7 }
            parameters:
              cell: { values: [rnn, "lstm"] }
              layers: { min: 1, max: 3 }
              dropout: { values: [0, 0.5], when: { layers: [2, 3], cell: lstm } }
              learning_rate: { min: 1e-4, max: 1e-1, scale: log }
              fully_connected: { values: [[], [64, 32]] }
              batch_size: full
              hidden_size: { min: 16, max: 64, step: 16 }
            resources: { slots: 2, max_concurrent: 8, priority: -3 }
            checkpoint: { every: 2m, keep: 4 }
            retries: 0
            stall_limit: 10m
            seed: 42
            replicates: 5
            precision: tf32
            """)).Spec;
        Assert.Equal(
            ("full-1.0", new DatasetSpec("cats", spec.Dataset.Sha256, SplitKind.Random, 0.25, Test: 0.125, FirstTarget: 20)),
            (spec.Name, spec.Dataset));
        Assert.Equal(new Objective(Metric.ValAccuracy, Goal.Maximize), spec.Objective);
        Assert.Equal(new MethodSpec(MethodKind.Random, 7), spec.Method);
        Assert.Equal(new ResourceSpec(2, 8, -3), spec.Resources);
        Assert.Equal(new CheckpointSpec(120, 4), spec.Checkpoint);
        Assert.Equal((0, 600.0, 42L, 5), (spec.Retries, spec.StallLimit, spec.Seed, spec.Replicates));
        Assert.Equal(Precision.Tf32, spec.Precision);
        var dimensions = spec.Parameters.Dimensions.ToDictionary(dimension => dimension.Name);
        Assert.Equal(["cell", "layers", "dropout", "learning_rate", "fully_connected", "batch_size", "hidden_size"], dimensions.Keys);
        Assert.Equal(new DimensionDomain.Range(1e-4, 1e-1, Scale.Log, null, null), dimensions["learning_rate"].Domain);
        Assert.Equal(new DimensionDomain.Range(16, 64, Scale.Linear, null, 16), dimensions["hidden_size"].Domain);
        Assert.Equal("[], [64, 32]", string.Join(", ", ((DimensionDomain.Choice)dimensions["fully_connected"].Domain).Values));
        Assert.Equal("2, 3; lstm", string.Join("; ", dimensions["dropout"].When!.Values.Select(values => string.Join(", ", values))));
        Assert.Equal(["cell", "layers", "dropout", "learning_rate", "fully_connected", "hidden_size"], spec.Parameters.Varying);
    }

    [Fact]
    public async Task Points_that_would_train_the_same_are_left_out_of_a_file_that_does_not_ask_for_replicates()
    {
        using var folder = new SweepFileFolder();
        var plan = (await folder.LoadAsync(
            "dataset: { path: text.txt }\nparameters: { layers: { values: [1, 2] }, dropout: { values: [0, 0.5] } }")).Plan();
        Assert.Equal((3, 1), (plan.Trials.Count, plan.LeftOut));
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("1.5", 1.5)]
    [InlineData("30s", 30)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("0", 0)]
    public async Task A_checkpoint_is_written_every_so_many_seconds_or_minutes(string every, double seconds)
    {
        using var folder = new SweepFileFolder();
        var sweep = await folder.LoadAsync(
            $"dataset: {{ path: text.txt }}\nparameters: {{ cell: gru }}\ncheckpoint: {{ every: {every} }}");
        Assert.Equal(seconds, sweep.Spec.Checkpoint.Every);
    }

    [Fact]
    public async Task Words_of_YAML_1_1_stay_words()
    {
        using var folder = new SweepFileFolder();
        Assert.Equal("no", (await folder.LoadAsync("name: no\ndataset: { path: text.txt }\nparameters: { cell: gru }")).Spec.Name);
    }

    [Fact]
    public async Task A_path_is_relative_to_its_file_and_the_path_of_an_override_to_the_current_folder()
    {
        using var folder = new SweepFileFolder();
        const string yaml = "dataset: { path: text.txt }\nparameters: { cell: gru }";
        Assert.Equal(400, (await folder.LoadAsync(yaml)).Dataset.Characters);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder.Write("other.txt", $"{SweepFileFolder.Text}!"));
        Assert.Equal(401, (await folder.LoadAsync(yaml, $"dataset.path={relative}")).Dataset.Characters);
        Assert.StartsWith(
            "--set dataset.path=text.txt: dataset.path: found no file ",
            await folder.ErrorAsync(yaml, "dataset.path=text.txt"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Characters_are_code_points()
    {
        using var folder = new SweepFileFolder();
        folder.Write("text.txt", string.Concat(Enumerable.Repeat("aé😀", 100)));
        var text = (await folder.LoadAsync("dataset: { path: text.txt }\nparameters: { cell: gru }")).Dataset;
        Assert.Equal((300, 3), (text.Characters, text.Vocabulary.Size));
        Assert.Equal(300, text.Vocabulary.Encode(text.Text).Length);
    }

    [Fact]
    public async Task An_override_replaces_or_adds_a_value_and_is_checked_like_the_file()
    {
        using var folder = new SweepFileFolder();
        const string yaml = """
            name: a
            dataset: { path: text.txt }
            parameters:
              cell: { values: [rnn, lstm] }
              hidden_size: 8
              learning_rate: { min: 0.1, max: 0.4, count: 4 }
            """;
        var spec = (await folder.LoadAsync(
            yaml, "parameters.cell={values: [lstm]}", "parameters.epochs=5", "resources.slots=2", "name=b", "name=c",
            "parameters.learning_rate.count=2", "parameters.fully_connected=[16, 8]")).Spec;
        Assert.Equal(("c", 2), (spec.Name, spec.Resources.Slots));
        var trials = SearchMethods.For(spec).TypedTrials().ToList();
        Assert.Equal([0.1, 0.4], trials.Select(trial => trial.LearningRate));
        Assert.All(trials, trial => Assert.Equal((CellKind.Lstm, 5, 8), (trial.Cell, trial.Epochs, trial.HiddenSize)));
        Assert.All(trials, trial => Assert.Equal([16, 8], trial.FullyConnected));
        Assert.Equal(3, (await folder.LoadAsync(yaml, "method=random", "budget.trials=3")).Plan().Trials.Count);
    }

    [Theory]
    [InlineData("parameters.epochs=0", "parameters.epochs: found 0; expected a whole number from 1 to 1,000,000.")]
    [InlineData("parameters.epoch=5", "parameters.epoch: found an unknown key; the nearest known key is epochs.")]
    [InlineData("parameters.epochs=", "parameters.epochs: found nothing; expected a whole number from 1 to 1,000,000.")]
    [InlineData("parameters.cell={values: [rnn, rnn]}", "parameters.cell.values: found rnn a second time; expected each value once.")]
    [InlineData(
        "parameters.hidden_size.min=3",
        "parameters.hidden_size: found a key within 8, which has none; expected a value for parameters.hidden_size itself.")]
    [InlineData("epochs", "found no key; write key=value, such as parameters.epochs=5.")]
    [InlineData("=5", "found no key; write key=value, such as parameters.epochs=5.")]
    [InlineData("dataset..path=5", "found no key; write key=value, such as parameters.epochs=5.")]
    [InlineData("name=a\nb", null)]
    public async Task A_wrong_override_is_refused_by_its_own_name(string text, string? expected)
    {
        using var folder = new SweepFileFolder();
        var error = await folder.ErrorAsync("dataset: { path: text.txt }\nparameters: { cell: gru, hidden_size: 8 }", text);
        Assert.StartsWith($"--set {text.Replace("\n", "\\u000a", StringComparison.Ordinal)}: {expected}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exp #3", false)]
    [InlineData("a: b", false)]
    [InlineData("[a]", false)]
    [InlineData("\"a\"", false)]
    [InlineData(" a", false)]
    [InlineData("&a", false)]
    [InlineData("007", true)]
    [InlineData("null", true)]
    [InlineData("~", false)]
    [InlineData("1e-4", true)]
    [InlineData("no", true)]
    [InlineData("-", true)]
    public async Task A_name_on_the_command_line_is_taken_as_it_was_typed(string name, bool isValid)
    {
        using var folder = new SweepFileFolder();
        const string yaml = "dataset: { path: text.txt }\nparameters: { cell: gru }";
        if (isValid)
            Assert.Equal(name, (await folder.LoadAsync(yaml, $"name={name}")).Spec.Name);
        else
            Assert.Equal(
                $"--set name={name}: name: found the text \"{name}\"; expected {SweepName.Expectation}.",
                await folder.ErrorAsync(yaml, $"name={name}"));
    }

    [Fact]
    public async Task A_path_and_the_name_of_a_dataset_on_the_command_line_are_taken_as_they_were_typed()
    {
        using var folder = new SweepFileFolder();
        var text = folder.Write("act #1: 'to be'.txt", SweepFileFolder.Text);
        var sweep = await folder.LoadAsync(
            "dataset: { path: none.txt }\nparameters: { cell: gru }", $"dataset.path={text}", "dataset.name=act #1");
        Assert.Equal(("act #1", 400), (sweep.Spec.Dataset.Name, sweep.Dataset.Characters));
    }

    [Fact]
    public async Task A_mistake_of_the_file_is_reported_before_one_of_an_override()
    {
        using var folder = new SweepFileFolder();
        Assert.StartsWith(
            "x.yaml:3: retries: ",
            await folder.ErrorAsync("dataset: { path: text.txt }\nparameters: { cell: gru }\nretries: x", "seed=x"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("next-character", 9)]
    [InlineData("influence", 24)]
    [InlineData("search-tpe", 24)]
    [InlineData("objectives", 40)]
    public async Task The_examples_can_be_planned(string name, int trials)
    {
        var file = RepositoryFolder.Join("examples", $"{name}.yaml");
        var sweep = await CheckedSweep.LoadAsync(file, [], new DatasetReader(() => "/nonexistent"), TestContext.Current.CancellationToken);
        Assert.Equal(name, sweep.Spec.Name);
        Assert.Equal(trials, sweep.Plan().Count);
        Assert.InRange(sweep.Dataset.Characters, 2350, 2450);
        Assert.True(System.Text.Ascii.IsValid(sweep.Dataset.Text));
    }

    [Fact]
    public async Task The_search_on_shakespeare_can_be_planned_with_a_text_of_ones_own()
    {
        using var folder = new SweepFileFolder();
        folder.Write(
            "search-shakespeare.yaml",
            await File.ReadAllTextAsync(
                RepositoryFolder.Join("examples", "search-shakespeare.yaml"), TestContext.Current.CancellationToken));
        var sweep = await folder.LoadFileAsync(
            "search-shakespeare.yaml", $"dataset.path={Path.Combine(folder.Path, "text.txt")}", "parameters.batch_size=full",
            "stop={ rule: asha, first: 1, factor: 3 }");
        Assert.Equal(40, sweep.Plan().Count);
    }

    [Fact]
    public async Task The_tinyshakespeare_example_can_be_planned_with_a_local_text_in_place_of_its_url()
    {
        using var folder = new SweepFileFolder();
        folder.Write(
            "tinyshakespeare.yaml",
            await File.ReadAllTextAsync(RepositoryFolder.Join("examples", "tinyshakespeare.yaml"), TestContext.Current.CancellationToken));
        var local = Path.Combine(folder.Path, "text.txt");
        // The local text is not the one that the file names, and its hash shows that.
        Assert.Contains(
            "dataset.sha256: found a text with the hash ",
            await folder.FileErrorAsync("tinyshakespeare.yaml", $"dataset.path={local}"),
            StringComparison.Ordinal);
        var sweep = await folder.LoadFileAsync(
            "tinyshakespeare.yaml", $"dataset.path={local}", $"dataset.sha256={DatasetHash(SweepFileFolder.Text)}");
        Assert.Equal(6, sweep.Plan().Trials.Count);
    }

    private static string DatasetHash(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
