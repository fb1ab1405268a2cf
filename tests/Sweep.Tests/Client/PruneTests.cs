using System.Text.Json;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Client;

public sealed class PruneTests(PostgresServer server)
{
    private const string Old = "update sweeps set ended_at = ended_at - interval '40 days'";

    [Fact]
    public async Task A_prune_frees_what_its_dry_run_showed_and_reports_stay_whole()
    {
        var trainers = new SimulatedTrainers { FinalCheckpoint = true };
        await using var silo = await TestSilo.StartAsync(server, trainers);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("old", silo.Dataset, trials: 5));
        await silo.EndAsync(id);
        await Poll.UntilAsync(async () => (await silo.QueryAsync<long>("select count(*) from trial_logs"))[0] == 5, "the logs");
        Assert.Equal("Nothing to free.\n", (await RunAsync(silo, "prune", "--yes")).Output);
        await silo.QueryAsync<int>(Old);
        await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("new", silo.Dataset, trials: 2)));

        string[][] asked =
        [
            ["show", "old"],
            ["report", "old", "-o", "json"],
            ["list", "-o", "json"],
            ["sql", "select * from trial_summary order by trial_id", "-o", "csv"],
        ];
        var before = await AnswersAsync();
        var shown = (await RunAsync(silo, "prune", "--keep-best", "2", "--dry-run", "-o", "json")).Output;
        Assert.Equal([70L], await silo.QueryAsync<long>("select count(*) from epochs"));
        Assert.Equal(shown, (await RunAsync(silo, "prune", "--keep-best", "2", "--yes", "-o", "json")).Output);
        var row = Assert.Single(JsonDocument.Parse(shown).RootElement.EnumerateArray());
        Assert.Equal("old", row.GetProperty("sweep").GetString());
        Assert.Equal((3, 5, 3), (Count("trials_pruned"), Count("trials"), Count("checkpoints")));
        // The losses fall from epoch to epoch, so the last epoch is the best one, and only that one is kept.
        Assert.Equal((27, 3), (Count("epochs"), Count("log_lines")));
        Assert.True(row.GetProperty("bytes").GetInt64() > 27 * 100);
        Assert.Equal("Nothing to free.\n", (await RunAsync(silo, "prune", "--keep-best", "2", "--yes")).Output);

        Assert.Equal([70L - 27], await silo.QueryAsync<long>("select count(*) from epochs"));
        Assert.Equal([10L, 10L], await silo.QueryAsync<long>(
            """
            select count(e.epoch) from trials t join epochs e on e.trial_id = t.id
            where t.sweep_id = (select id from sweeps where name = 'old') and t.pruned_at is null group by t.id
            """));
        Assert.Equal(before, await AnswersAsync());
        var pruned = (await silo.QueryAsync<int>("select number from trials where pruned_at is not null order by number limit 1"))[0];
        Assert.Contains("pruned", (await RunAsync(silo, "show", $"old/{pruned}")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(silo, "logs", $"old/{pruned}")).Code);
        var (code, _, error) = await RunAsync(silo, "generate", $"old/{pruned}");
        Assert.Equal(1, code);
        Assert.Matches($@"^sweep: Trial {pruned} has no checkpoint any more: sweep prune freed it on \d{{4}}-\d\d-\d\d\.\n$", error);

        int Count(string column) => row.GetProperty(column).GetInt32();

        async Task<string> AnswersAsync()
        {
            var answers = new List<string>();
            foreach (var line in asked)
                answers.Add((await RunAsync(silo, line)).Output);
            return string.Join('\n', answers);
        }
    }

    [Fact]
    public async Task A_failed_trial_that_was_pruned_is_retried_from_its_beginning()
    {
        var broken = true;
        var trainers = new SimulatedTrainers
        {
            FinalCheckpoint = true,
            Fault = (_, epoch) => broken && epoch == 7 ? new TrainerEvent.Failed(FailureReason.Diverged, "not finite") : null,
        };
        await using var silo = await TestSilo.StartAsync(server, trainers);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("broken", silo.Dataset, trials: 2, retries: 0, checkpoint: new(Every: 0)));
        Assert.Equal(2, (await silo.EndAsync(id)).Failed);
        await silo.QueryAsync<int>(Old);
        Assert.Equal(0, (await RunAsync(silo, "prune", "--keep-best", "0", "--yes")).Code);
        Assert.Equal([0L], await silo.QueryAsync<long>("select count(*) from checkpoints"));
        Assert.Equal([2L], await silo.QueryAsync<long>("select count(*) from epochs"));

        broken = false;
        Assert.True((await silo.Sweep(id).Retry(null)).Accepted);
        Assert.Equal((SweepState.Completed, 2), await silo.EndAsync(id) is var end ? (end.State, end.Succeeded) : default);
        Assert.Equal([20L], await silo.QueryAsync<long>("select count(*) from epochs where attempt = 2"));
        Assert.Equal(
            [2L],
            await silo.QueryAsync<long>("select count(*) from trials where pruned_at is null and epochs_done = 10 and best_epoch = 10"));
    }

    [Fact]
    public async Task A_running_sweep_is_not_pruned_whatever_its_age()
    {
        using var gate = new SemaphoreSlim(15);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("running", silo.Dataset, trials: 2));
        await silo.UntilAsync(id, sweep => sweep.EpochsDone == 15, "the epochs");
        Assert.Equal("Nothing to free.\n", (await RunAsync(silo, "prune", "--older-than", "0m", "--keep-best", "0", "--yes")).Output);
        gate.Release(5);
        await silo.EndAsync(id);
        Assert.Equal([20L], await silo.QueryAsync<long>("select count(*) from epochs"));
    }

    [Theory]
    [InlineData("prune", "prune: nobody is there to be asked; add --yes, or --dry-run to look first.")]
    [InlineData("prune --older-than 30 --yes", "--older-than: found 30; expected a number of days, hours or minutes: 30d, 12h or 90m.")]
    [InlineData("prune --older-than -1d --yes", "--older-than: found -1d")]
    [InlineData("prune --older-than 1.5d --yes", "--older-than: found 1.5d")]
    [InlineData("prune --keep-best -1 --yes", "--keep-best: expected a whole number of at least 0.")]
    public Task A_wrong_line_is_refused(string line, string expected) =>
        Samples.RefusedAsync(expected, [.. line.Split(' '), "--postgres", "Host=/nowhere"]);

    private static Task<(int Code, string Output, string Error)> RunAsync(TestSilo silo, params string[] line) =>
        Samples.RunAsync([.. line, "--postgres", silo.ConnectionString]);
}
