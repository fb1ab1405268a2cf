using System.Text.Json;
using Sweep.Domain.Sweeps;
using Sweep.Silo.Trainers;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Tests.Client;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;
using Sweep.Tests.Trainer;

namespace Sweep.Tests.Cluster;

/// <summary>Trains a sweep with a test share from its file to its report, with a real database and real trainers.</summary>
[Collection("silos")]
public sealed class TestShareTests(PostgresServer server)
{
    [Theory]
    [InlineData("tail", 413, 118, 59)]
    [InlineData("random", 413, 118, 59)]
    public async Task Each_trial_is_measured_on_as_many_characters_and_its_test_loss_is_stored_and_shown(
        string split, int training, int validation, int test)
    {
        using var folder = new SweepFileFolder();
        folder.Write("text.txt", TrialOrders.Text(600));
        var sweep = await folder.LoadAsync(
            $$"""
            name: tested
            dataset: { path: text.txt, split: {{split}}, test: 0.1 }
            parameters: { cell: gru, sequence_length: { values: [4, 10] }, seed: { values: [1, 2] }, hidden_size: 8, epochs: 3 }
            """);
        await using var silo = await TestSilo.StartAsync(
            server, new(),
            others: new TrainerProcessFactory(trainer: null, runner: null, programs: false, threads: 1, TimeProvider.System));
        await using (var source = Database.Open(silo.ConnectionString))
        {
            await new DatasetStore(source).AddAsync(
                sweep.Spec.Dataset.Sha256, "text", sweep.Dataset.Bytes, TestContext.Current.CancellationToken);
        }

        var end = await silo.EndAsync(await silo.SubmitAsync(sweep.Spec));

        Assert.Equal((SweepState.Completed, 4), (end.State, end.Succeeded));
        Assert.Equal(
            [(training, validation, test)],
            await silo.QueryAsync<(int, int, int)>("select distinct training_windows, validation_windows, test_windows from trials"));
        Assert.Equal([4L], await silo.QueryAsync<long>(
            "select count(distinct test_loss) from trials where test_loss between 0.5 and 5 and test_loss_error between 0.01 and 1"));
        Assert.Equal([12L], await silo.QueryAsync<long>("select count(*) from epochs where val_loss_error between 0.01 and 1"));

        var report = await RunAsync("report", "tested");
        Assert.Contains("test loss", report, StringComparison.Ordinal);
        Assert.Contains("No epoch was chosen by the test loss", report, StringComparison.Ordinal);
        var header = (await RunAsync("report", "tested", "-o", "csv")).Split('\n')[0].Split(',');
        Assert.Superset(new HashSet<string>(["test_loss", "test_accuracy"]), header.ToHashSet());
        var json = JsonDocument.Parse(await RunAsync("report", "tested", "-o", "json")).RootElement;
        Assert.All(json.GetProperty("trials").EnumerateArray(), trial => Assert.Equal(
            (test, true, true),
            (trial.GetProperty("test_windows").GetInt32(), trial.GetProperty("test_loss_error").GetDouble() > 0,
                trial.GetProperty("best").GetProperty("val_loss_error").GetDouble() > 0)));
        var trial = await RunAsync("show", "tested/1");
        Assert.Contains($"{training} for training, {validation} for validation, {test} for the test", trial, StringComparison.Ordinal);
        Assert.Matches(@"test +loss \d\.\d{3} ± \d\.\d{3}, accuracy", trial);

        async Task<string> RunAsync(params string[] line)
        {
            var (code, output, error) = await Samples.RunAsync([.. line, "--postgres", silo.ConnectionString]);
            Assert.Equal((0, ""), (code, error));
            return output;
        }
    }
}
