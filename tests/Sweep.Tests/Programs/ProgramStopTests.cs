using System.Globalization;
using Sweep.Domain.Trials;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Programs;

/// <summary>
/// What ends a program that runs on a real silo, and that the signal comes at once: the program itself writes down when it got it. Figures
/// are in the output of the tests; only <see cref="Poll.Patience"/> is a limit, since the machine of the tests is busy.
/// </summary>
[Collection("silos")]
public sealed class ProgramStopTests(PostgresServer server)
{
    /// <summary>
    /// Begins three processes beside its own: one of its group that notes the signal too, one of its group that ignores it, and one that
    /// has detached itself. It goes on after the signal.
    /// </summary>
    private const string Script = """
        at=$2/$SWEEP_ATTEMPT
        [ $SWEEP_ATTEMPT = 1 ] || { echo '{"score/f1": 0.9}'; exit; }
        sh -c 'trap "date +%s%3N > $0-child" TERM; touch $0-ready; while :; do sleep 0.5; done' $at &
        (trap '' TERM; exec sleep 86431) &
        setsid env -i sleep 86431 &
        trap 'date +%s%3N > $at-main' TERM
        while [ ! -e $at-ready ]; do sleep 0.05; done
        echo '{"score/f1": 0.5}'
        while :; do
          sleep $4
          [ -e $at-main ] && echo on >> $at-on
          [ $4 = 600 ] || echo '{"score/f1": 0.5}'
        done
        """;

    private static readonly string[] Marks = ["main", "child"];

    [Fact]
    public async Task A_pause_reaches_a_program_that_reports_nothing_and_the_next_attempt_goes_on()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var id = await BeginAsync(cluster, every: 600);
        Assert.True((await cluster.Silo.Sweep(id).Pause()).Accepted);
        await StoppedAsync(cluster, "a pause");
        await cluster.Silo.UntilAsync(id, sweep => sweep.Running == 0, "the trial to be given back");
        // It is given back when nothing of it is left.
        Assert.Equal(0, Sleepers.Count("86431"));
        Assert.Equal(["queued 1 0"], await RowsAsync(cluster));
        Assert.True((await cluster.Silo.Sweep(id).Resume()).Accepted);
        Assert.Equal(1, (await cluster.Silo.EndAsync(id)).Succeeded);
        Assert.Equal(["succeeded 2 0"], await RowsAsync(cluster));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    // As SIGTERM and Ctrl-C do.
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task The_end_of_a_silo_reaches_a_program_that_reports_nothing_and_comes_after_it(bool isDrained, bool isAlone)
    {
        await using var cluster = await ProgramSilo.StartAsync(server, programs: isAlone);
        // Otherwise the scheduler is on the other silo.
        await using var joined = isAlone ? null : await cluster.JoinAsync(server);
        var silo = joined ?? cluster.Silo;
        await BeginAsync(cluster, every: 600);
        var worker = Assert.Single(await cluster.Silo.QueryAsync<string>("select worker from trials"));
        if (isDrained)
            Assert.True((await cluster.Silo.Cluster.Drain(worker)).Accepted);
        else
            silo.Stop();
        await StoppedAsync(cluster, $"the end of a silo ({isDrained}, {isAlone})");
        await silo.EndedAsync();
        Assert.Equal(0, Sleepers.Count("86431"));
        Assert.Equal(["queued 1 0"], await RowsAsync(cluster));
    }

    [Fact]
    public async Task A_lease_that_another_silo_has_by_now_ends_the_program_of_the_one_that_lost_it()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var id = await BeginAsync(cluster, every: 600);
        await using var other = await cluster.JoinAsync(server);
        var worker = Assert.Single(await cluster.Silo.QueryAsync<string>("select worker from trials"));
        // The scheduler calls the trial so when a worker was not heard for the time of a lease.
        await cluster.Silo.Trial(new(id, 1)).Lose(worker, FailureReason.LeaseLost, attempt: 1);
        await StoppedAsync(cluster, "a lost lease");
        await Sleepers.AwaitAsync(0, "86431");
        Assert.Equal(1, (await cluster.Silo.EndAsync(id)).Succeeded);
        Assert.Equal(["succeeded 2 1"], await RowsAsync(cluster));
    }

    [Theory]
    [InlineData("update trials set attempt = attempt + 1")]
    // A standby that took over may lack the newest lease.
    [InlineData("update trials set state = 'queued', attempt = 0, worker = null")]
    [InlineData("update trials set state = 'cancelled', worker = null")]
    public async Task A_lease_that_the_rows_lack_ends_the_program_at_its_next_report(string change)
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        var id = await BeginAsync(cluster, every: 0.1);
        await cluster.Silo.UntilAsync(id, sweep => sweep.EpochsDone > 2, "reports");
        await cluster.Silo.QueryAsync<int>(change);
        await StoppedAsync(cluster, change);
        await Sleepers.AwaitAsync(0, "86431");
    }

    [Fact]
    public async Task A_sweep_whose_row_is_gone_ends_its_programs()
    {
        await using var cluster = await ProgramSilo.StartAsync(server);
        await BeginAsync(cluster, every: 600);
        await cluster.Silo.QueryAsync<int>("delete from sweeps");
        await StoppedAsync(cluster, "a sweep that is gone");
        await Sleepers.AwaitAsync(0, "86431");
    }

    private static async Task<int> BeginAsync(ProgramSilo cluster, double every)
    {
        var text = "objective: { metric: score/f1, goal: maximize }\nretries: 0\n"
            + string.Create(CultureInfo.InvariantCulture, $"parameters: {{ at: \"{cluster.Join("")}\", every: {every} }}\n");
        var id = await cluster.Silo.SubmitAsync(await cluster.LoadAsync("stopped", text, Script, shell: true, program: "stop_grace: 1"));
        await cluster.Silo.UntilAsync(id, sweep => sweep.EpochsDone > 0, "the first report");
        await Sleepers.AwaitAsync(2, "86431");
        return id;
    }

    /// <summary>
    /// Waits until the first attempt's program and its child have noted the signal, and until the program, which goes on, has been killed.
    /// </summary>
    private static async Task StoppedAsync(ProgramSilo cluster, string what)
    {
        var accepted = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var mark in Marks)
        {
            var path = cluster.Join($"1-{mark}");
            var noted = 0L;
            await Poll.UntilAsync(
                () => Task.FromResult(File.Exists(path) && long.TryParse(File.ReadAllText(path), out noted)), $"the signal in {path}");
            TestContext.Current.TestOutputHelper!.WriteLine($"{noted - accepted} ms from {what} to the signal of {mark}");
        }

        await Poll.UntilAsync(() => Task.FromResult(File.Exists(cluster.Join("1-on"))), "the program to go on after the signal");
        await Sleepers.AwaitAsync(0, "86431");
    }

    private static Task<List<string>> RowsAsync(ProgramSilo cluster) => cluster.Silo.QueryAsync<string>(
        "select concat_ws(' ', state, attempt, losses) from trials");
}
