using Sweep.Client.SweepFiles;
using Sweep.Tests.Storage;

namespace Sweep.Tests.SweepFiles;

public sealed class SweepFileTextTests
{
    [Theory]
    [InlineData("tail, validation: 0.3", "split: tail, validation: 0.3 }")]
    [InlineData("random, test: 0.125", "split: random, validation: 0.2, test: 0.125 }")]
    [InlineData("windows, validation: 0.3", "split: windows, validation: 0.3 }")]
    public async Task The_file_of_a_report_has_the_same_split(string split, string expected)
    {
        using var folder = new SweepFileFolder();
        var spec = (await folder.LoadAsync(
            $"dataset: {{ path: text.txt, split: {split} }}\nparameters: {{ sequence_length: {{ values: [5, 30] }} }}")).Spec;
        var text = SweepFileText.Of(spec);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        using var again = new SweepFileFolder { Store = _ => Task.FromResult<Domain.Sweeps.IDatasetStore>(new OneText()) };
        Assert.Equal(spec.ToJson(), (await again.LoadAsync(text)).Spec.ToJson());
    }

    [Fact]
    public void A_sweep_of_version_0_1_0_is_repeated_with_todays_word_for_its_split() =>
        Assert.Contains("split: windows, validation: 0.2 }", SweepFileText.Of(StorageDatabase.Spec()), StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "parameters: { cell: { values: [rnn, gru] }, learning_rate: { min: 1e-4, max: 0.1, scale: log, count: 3 }, " +
            "fully_connected: { values: [[], [32, 16]] }, batch_size: full }")]
    [InlineData(
        "parameters: { cell: { values: [rnn, lstm] }, dropout: { values: [0, 0.5], when: { cell: lstm } } }\n" +
            "objective: { metric: val_accuracy }\ncheckpoint: { every: 2m, keep: 3 }")]
    [InlineData(
        "method: random\nbudget: { trials: 7 }\n" +
            "parameters: { learning_rate: { min: 0.00001, max: 1, scale: log }, hidden_size: { min: 8, max: 64, step: 8 } }\n" +
            "resources: { max_concurrent: 2, priority: -1 }\nretries: 0\nseed: 9\nreplicates: 3")]
    [InlineData(
        "method: cma-es\nbudget: { trials: 40, epochs: 2000, time: 2h, target: 1.9, failures: 10 }\n" +
            "search: { window: 4, order: arrival }\nparameters: { learning_rate: { min: 0.00001, max: 1, scale: log } }")]
    [InlineData("method: tpe\nbudget: { trials: 40 }\nparameters: { cell: { values: [rnn, gru] } }")]
    [InlineData(
        "require: [hidden_size * layers <= 128, layers < 4]\nstop: [{ rule: asha }, { rule: patience, epochs: 3 }]\nprecision: tf32\n" +
            "parameters: { hidden_size: { values: [32, 64] }, layers: { values: [1, 2, 3] }, epochs: 20 }")]
    public async Task The_file_of_a_report_has_the_same_spec(string yaml)
    {
        using var folder = new SweepFileFolder();
        var spec = (await folder.LoadAsync($"name: again\ndataset: {{ path: text.txt, split: tail, validation: 0.3 }}\n{yaml}")).Spec;
        using var again = new SweepFileFolder { Store = _ => Task.FromResult<Domain.Sweeps.IDatasetStore>(new OneText()) };
        Assert.Equal(spec.ToJson(), (await again.LoadAsync(SweepFileText.Of(spec))).Spec.ToJson());
    }

    [Fact]
    public async Task The_name_of_a_dataset_may_be_any_text()
    {
        using var folder = new SweepFileFolder { Store = _ => Task.FromResult<Domain.Sweeps.IDatasetStore>(new OneText()) };
        var hash = StorageDatabase.Hash(System.Text.Encoding.UTF8.GetBytes(SweepFileFolder.Text));
        var spec = StorageDatabase.Spec() with
        {
            Dataset = new("a \"b\": #c", hash, Domain.Sweeps.SplitKind.Tail, 0.25),
            Replicates = 1,
        };
        spec = spec.WithFirstTarget();
        Assert.Equal(spec.ToJson(), (await folder.LoadAsync(SweepFileText.Of(spec))).Spec.ToJson());
    }

    private sealed class OneText : Domain.Sweeps.IDatasetStore
    {
        public Task AddAsync(string sha256, string name, byte[] text, CancellationToken cancellation = default) => Task.CompletedTask;

        public Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default) =>
            Task.FromResult<byte[]?>(System.Text.Encoding.UTF8.GetBytes(SweepFileFolder.Text));

        public Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default) => Task.FromResult(true);

        public Task<int?> CharactersAsync(string sha256, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<string?> FindAsync(string name, CancellationToken cancellation = default) => Task.FromResult<string?>(null);
    }
}
