using System.Diagnostics;
using Npgsql;
using Sweep.Processes;

namespace Sweep.SystemTests.Dashboards;

/// <summary>
/// A cluster in which everything that a panel shows has happened. It has a finished sweep with a failed trial, a running sweep, a killed
/// trainer, a killed silo, and GPUs from a script in place of <c>nvidia-smi</c>.
/// </summary>
public sealed class WatchedCluster : IAsyncDisposable
{
    public const string Sweep = "watched";

    /// <summary>A sweep with two objectives. No rule that compares trials goes with them, so it is another one.</summary>
    public const string Front = "front";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _folder;
    private readonly RealCluster _cluster;

    private WatchedCluster(string folder, RealCluster cluster, PrometheusServer prometheus, string lost, int port) =>
        (_folder, _cluster, Prometheus, LostSilo, Port) = (folder, cluster, prometheus, lost, port);

    public PrometheusServer Prometheus { get; }

    /// <summary>Name of the silo that was killed.</summary>
    public string LostSilo { get; }

    /// <summary>HTTP port of a living silo.</summary>
    public int Port { get; }

    public static async Task<WatchedCluster> StartAsync()
    {
        var folder = $"/tmp/sweep-watched-{Environment.ProcessId}";
        Directory.CreateDirectory(folder);
        var programs = Path.Combine(folder, "bin");
        Directory.CreateDirectory(programs);
        await File.WriteAllTextAsync(Path.Combine(programs, "nvidia-smi"), "#!/bin/sh\necho '0, GPU-1b3c, 1024, 81559, 37'\n");
        await Process.Start("chmod", ["+x", Path.Combine(programs, "nvidia-smi")]).WaitForExitAsync();
        string[] prefix = ["env", $"PATH={programs}:{Environment.GetEnvironmentVariable("PATH")}"];

        var cluster = await RealCluster.StartAsync(silos: 0);
        var port = PrometheusServer.FreePort();
        await cluster.AddSiloAsync(2, ["--http-port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)], prefix);
        var prometheus = await PrometheusServer.StartAsync(Path.Combine(folder, "prometheus"), $"http://127.0.0.1:{port}/sd");
        var second = await cluster.AddSiloAsync(1, [], prefix);

        // An absurd learning rate diverges at once, and a diverged trial is not retried.
        // The rule judges, so that the panels of the search have something to show.
        await SubmitAsync(
            cluster, Sweep, "{values: [rnn, gru]}", "10", "{values: [0.002, 0.005, 3.0e+38]}", "6",
            "--set", "stop={rule: asha, first: 2, factor: 2}");
        await SubmitAsync(
            cluster, Front, "{values: [rnn, gru]}", "10", "0.002", "1", "--set", "objective=[val_loss, macs]");
        await cluster.SweepIsOverAsync(Sweep, Limit);
        await cluster.SweepIsOverAsync(Front, Limit);
        await SubmitAsync(cluster, "running", "gru", "{values: [10, 11, 12, 13, 14]}", "0.002", "100000");
        await cluster.CountsAsync(
            "a trial on each slot", 3, Limit, "select count(*) from trials where state = 'running' and epochs_done > 0");
        ProcessSignal.Kill.Send(cluster.Silos[0].Trainers[0]);
        await cluster.CountsAsync(
            "the death of the trainer to be stored", 1, Limit, "select count(*) from trial_events where reason = 'trainer_died'");
        second.Send(ProcessSignal.Kill);
        await cluster.CountsAsync(
            "the loss of the silo to be stored", 1, Limit, "select count(*) from trial_events where reason = 'worker_lost'");
        return new(folder, cluster, prometheus, second.Name, port);
    }

    /// <summary>Returns the rows of a query of a login user who is only a member of sweep_reader.</summary>
    public async Task<IReadOnlyList<object?[]>> ReadAsync(string sql)
    {
        await _cluster.Database.ValueAsync<object>(
            "do $$ begin if not exists (select from pg_roles where rolname = 'watcher') " +
            "then create role watcher login in role sweep_reader; end if; end $$");
        var rows = new List<object?[]>();
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_cluster.Database.ConnectionString)
            {
                Username = "watcher",
                Pooling = false,
            }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(
                [.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        return rows;
    }

    private static Task<string> SubmitAsync(
        RealCluster cluster, string name, string cells, string lengths, string learningRates, string epochs, params string[] more) =>
        cluster.OutputAsync(
            [
                "run", "examples/next-character.yaml", "--name", name, "--detach",
                "--set", $"parameters.cell={cells}", "--set", $"parameters.sequence_length={lengths}",
                "--set", $"parameters.learning_rate={learningRates}", "--set", "parameters.hidden_size=16",
                "--set", $"parameters.epochs={epochs}", "--set", "checkpoint.every=0",
                .. more,
            ]);

    public async ValueTask DisposeAsync()
    {
        Prometheus.Dispose();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
