using System.Text.Json;
using Sweep.Domain.Models;
using Sweep.Silo.Trainers;
using Sweep.Tests.Client;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;
using Sweep.Tests.Trainer;

namespace Sweep.Tests.Cluster;

/// <summary>Downloads weights of trials and trains on from them, with a real database, a real silo and real trainers.</summary>
[Collection("silos")]
public sealed class StartFromTests(PostgresServer server) : IAsyncLifetime
{
    /// <summary>The step is so small that no weight changes, so that a trial measures the weights that it started from.</summary>
    private const string Still = "optimizer: sgd, learning_rate: 1e-30, epochs: 1";

    private readonly SweepFileFolder _folder = new();
    private TestSilo? _silo;

    public async ValueTask InitializeAsync()
    {
        _silo = await TestSilo.StartAsync(
            server, new(), slots: 1,
            others: new TrainerProcessFactory(trainer: null, runner: null, programs: false, threads: 1, TimeProvider.System));
        _folder.Write("text.txt", TrialOrders.Text(600));
        await TrainAsync("first", "parameters: { cell: gru, hidden_size: 8, sequence_length: 5, epochs: 4, learning_rate: 0.02 }");
    }

    public async ValueTask DisposeAsync()
    {
        await _silo!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_download_has_the_best_weights_of_the_stored_checkpoint_and_the_vocabulary()
    {
        var folder = Path.Combine(_folder.Path, "models");
        var said = await RunAsync("download", "first/1", "--output", folder);
        Assert.StartsWith($"{folder}: the weights of epoch ", said, StringComparison.Ordinal);

        var stored = (await _silo!.QueryAsync<byte[]>("select data from checkpoints")).Single();
        var before = TrialWeightsTests.Tensors(stored);
        var after = TrialWeightsTests.Tensors(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(
            ["embedding.weight", "recurrent.weight_ih_l0", "recurrent.weight_hh_l0", "recurrent.bias_ih_l0", "recurrent.bias_hh_l0",
                "head.0.weight", "head.0.bias"],
            after.Keys);
        Assert.All(after, tensor => TrialWeightsTests.Equal(before[$"best.{tensor.Key}"], tensor.Value));
        Assert.Equal(
            TrialOrders.Text(600).Select(character => character.ToString()).Distinct().Order(StringComparer.Ordinal),
            JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder, "vocabulary.json"))));
        var readme = File.ReadAllText(Path.Combine(folder, "README.md"));
        Assert.Contains("| recurrent.weight_ih_l0 | (24, 8) | F32 |", readme, StringComparison.Ordinal);
        Assert.Contains("| learning_rate | 0.02 |", readme, StringComparison.Ordinal);

        Assert.Contains("add --force", await RefusedAsync(2, "download", "first/1", "--output", folder), StringComparison.Ordinal);
        await RunAsync("download", "first/1", "--output", folder, "--force");
        Assert.Contains("which is a file", await RefusedAsync(
            2, "download", "first/1", "--output", Path.Combine(folder, "README.md")), StringComparison.Ordinal);
        Assert.Contains("its trials are 1 to 1", await RefusedAsync(2, "download", "first/2"), StringComparison.Ordinal);
        Assert.Contains("No sweep is named none", await RefusedAsync(2, "download", "none/1"), StringComparison.Ordinal);
        await _silo.QueryAsync<int>("delete from checkpoints");
        Assert.Contains(
            "has no checkpoint", await RefusedAsync(1, "download", "first/1", "--output", $"{folder}2"), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{folder}2"));
    }

    [Fact]
    public async Task Trials_begin_from_the_weights_even_when_their_sweep_is_deleted_meanwhile()
    {
        var best = (await _silo!.QueryAsync<double>("select best_value from trials")).Single();
        Write(
            "on",
            $"parameters: {{ cell: gru, hidden_size: 8, sequence_length: 5, seed: {{ values: [1, 2] }}, {Still} }}\nstart_from: first/1");
        Assert.Contains(
            "Start: each trial begins from the weights of first/1 after epoch",
            await RunAsync("plan", Yaml("on")),
            StringComparison.Ordinal);

        await RunAsync("run", Yaml("on"), "--detach");
        await RunAsync("delete", "first", "--yes");
        await EndAsync("on");

        Assert.Equal([best, best], await _silo.QueryAsync<double>(
            "select best_value from trials t join sweeps s on s.id = t.sweep_id where s.name = 'on' and t.state = 'succeeded'"));
        Assert.Contains("began from the weights of first/1", await RunAsync("report", "on"), StringComparison.Ordinal);
        Assert.Contains("from the weights of first/1", await RunAsync("show", "on"), StringComparison.Ordinal);
        Assert.Contains("No sweep is named first", await RefusedAsync(2, "plan", Yaml("on")), StringComparison.Ordinal);
        Assert.Equal([1L], await _silo.QueryAsync<long>("select count(*) from weights"));
        await RunAsync("delete", "on", "--yes");
        Assert.Equal([0L], await _silo.QueryAsync<long>("select count(*) from weights"));
    }

    [Fact]
    public async Task A_text_with_fewer_characters_keeps_the_vocabulary_of_the_weights()
    {
        // Only the characters before these are new, so the vocabulary would have other ids.
        _folder.Write("text.txt", string.Concat(TrialOrders.Text(600).Where(character => character is not (' ' or 'a' or 'e'))));
        await TrainAsync("fewer", $"parameters: {{ cell: gru, hidden_size: 8, sequence_length: 5, {Still} }}\nstart_from: first/1");

        var checkpoint = (await _silo!.QueryAsync<byte[]>("select data from checkpoints order by trial_id desc limit 1")).Single();
        var characters = TrialOrders.Text(600).Distinct().Order().ToArray();
        Assert.Equal(new string(characters), string.Concat(TrialWeights.OfCheckpoint(checkpoint)!.Vocabulary.Characters));
        var source = (await _silo.QueryAsync<byte[]>("select data from checkpoints order by trial_id limit 1")).Single();
        TrialWeightsTests.Equal(
            TrialWeightsTests.Tensors(source)["best.embedding.weight"], TrialWeightsTests.Tensors(checkpoint)["best.embedding.weight"]);
    }

    /// <summary>The cases of a test share its silo, which costs more than they do.</summary>
    [Fact]
    public async Task A_model_of_another_shape_is_refused_in_one_line()
    {
        foreach (var (parameters, expected) in ((string, string)[])
        [
            (
                "cell: gru, hidden_size: { values: [8, 16] }",
                "parameters.hidden_size: found 16; the weights of first/1 are for 8 alone, so write hidden_size: 8"),
            ("cell: { values: [gru, lstm] }, hidden_size: 8", "parameters.cell: found lstm; the weights of first/1 are for gru alone"),
            ("cell: gru", "parameters.hidden_size: found 128; the weights of first/1 are for 8 alone"),
            ("cell: gru, hidden_size: 8, layers: 2", "parameters.layers: found 2; the weights of first/1 are for 1 alone"),
            (
                "cell: gru, hidden_size: 8, fully_connected: [4]",
                "parameters.fully_connected: found [4]; the weights of first/1 are for [] alone"),
        ])
        {
            Write("other", $"parameters: {{ {parameters} }}\nstart_from: first/1");
            foreach (var command in new[] { "plan", "run" })
                Assert.Contains(expected, await RefusedAsync(2, command, Yaml("other")), StringComparison.Ordinal);
        }

        Assert.Equal([0L], await _silo!.QueryAsync<long>("select count(*) from weights"));
    }

    [Fact]
    public async Task A_trial_that_is_not_there_is_refused_in_one_line()
    {
        foreach (var (start, expected) in ((string, string)[])
        [
            ("none/1", "start_from: No sweep is named none"),
            ("first", "start_from: found first; expected a trial's number after the name: first/1."),
            ("first/2", "start_from: first has no trial 2"),
            ("a b", "start_from: found a b; expected a sweep's name"),
        ])
        {
            Write("other", $"parameters: {{ cell: gru }}\nstart_from: {start}");
            Assert.Contains(expected, await RefusedAsync(2, "plan", Yaml("other")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Seeds_that_would_decide_nothing_are_refused_in_one_line()
    {
        const string alike = "parameters: { cell: gru, hidden_size: 8, batch_size: full }\nstart_from: first/1\nreplicates: 2";
        Write("other", alike);
        Assert.Contains(
            "start_from: found first/1 with a full batch, no dropout and several seeds, of which each would train the same",
            await RefusedAsync(2, "plan", Yaml("other")), StringComparison.Ordinal);
        Write("other", alike.Replace("full", "16", StringComparison.Ordinal));
        await RunAsync("plan", Yaml("other"));
    }

    [Fact]
    public async Task A_text_with_new_characters_is_refused_in_one_line()
    {
        _folder.Write("text.txt", TrialOrders.Text(600) + "Zürich");
        Write("other", "parameters: { cell: gru, hidden_size: 8 }\nstart_from: first/1");
        Assert.Contains(
            "start_from: found first/1, whose text lacks 'Z' 'ü' of this text", await RefusedAsync(2, "plan", Yaml("other")),
            StringComparison.Ordinal);
    }

    private string Yaml(string name) => Path.Combine(_folder.Path, $"{name}.yaml");

    private void Write(string name, string yaml) => _folder.Write($"{name}.yaml", $"name: {name}\ndataset: {{ path: text.txt }}\n{yaml}\n");

    private async Task TrainAsync(string name, string yaml)
    {
        Write(name, yaml);
        await RunAsync("run", Yaml(name), "--detach");
        await EndAsync(name);
    }

    private async Task EndAsync(string name)
    {
        var end = await _silo!.EndAsync((await _silo.Reader.FindAsync(name, TestContext.Current.CancellationToken))!.Id);
        Assert.Equal(end.Trials, end.Succeeded);
    }

    private async Task<string> RunAsync(params string[] line)
    {
        var (code, output, error) = await Samples.RunAsync([.. line, "--postgres", _silo!.ConnectionString]);
        Assert.True(code == 0, $"{string.Join(' ', line)}: {code} {error}");
        return output;
    }

    private async Task<string> RefusedAsync(int expected, params string[] line)
    {
        var (code, output, error) = await Samples.RunAsync([.. line, "--postgres", _silo!.ConnectionString]);
        Assert.Equal((expected, ""), (code, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        return error;
    }
}
