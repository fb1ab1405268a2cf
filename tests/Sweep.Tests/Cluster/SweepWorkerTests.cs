using System.Collections.Concurrent;
using Sweep.Domain.Protocol;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

/// <summary>
/// Where the trials of sweeps run, and what becomes of them when a worker cannot train, drains, stops or is declared dead.
/// </summary>
[Collection("silos")]
public sealed class SweepWorkerTests(PostgresServer server)
{
    [Fact]
    public async Task A_silo_that_stops_gives_its_trials_back_and_the_next_one_goes_on()
    {
        var gate = new SemaphoreSlim(0);
        var first = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await first.SubmitAsync(SimulatedSweep.Spec("drain", first.Dataset, trials: 3));
        gate.Release(5);
        await first.UntilAsync(id, sweep => sweep.EpochsDone == 5, "five epochs");
        await first.DisposeAsync();
        Assert.Equal([0L], await first.QueryAsync<long>("select count(*) from trials where state = 'running'"));
        await using var second = await TestSilo.StartAsync(server, new(), connectionString: first.ConnectionString);
        Assert.Equal(3, (await second.EndAsync(id)).Succeeded);
        Assert.Equal([30L], await second.QueryAsync<long>("select count(*) from epochs"));
        Assert.Equal(
            [5L],
            await second.QueryAsync<long>(
                "select count(*) from epochs where attempt = 1 and trial_id in (select id from trials where attempt = 2)"));
    }

    [Fact]
    public async Task A_worker_that_cannot_train_takes_no_more_trials_and_costs_them_nothing()
    {
        await using var broken = await TestSilo.StartAsync(
            server, new() { Fault = (_, _) => new TrainerEvent.Failed(FailureReason.TrainerError, "no driver") });
        var id = await broken.SubmitAsync(SimulatedSweep.Spec("broken", broken.Dataset, trials: 8, retries: 0));
        var worker = await broken.WorkerAsync(worker => worker.State == WorkerState.Quarantined, "the broken worker to be quarantined");
        Assert.Equal("2 of 2 slots cannot train: no driver", worker.Message);
        Assert.Equal(
            [6L], await broken.QueryAsync<long>("select count(*) from trial_events where event = 'requeued' and reason = 'worker_unfit'"));

        await using var sound = await TestSilo.StartAsync(server, new(), connectionString: broken.ConnectionString);
        Assert.Equal(8, (await broken.EndAsync(id)).Succeeded);
        Assert.Equal([0], await broken.QueryAsync<int>("select distinct failures + losses from trials"));
    }

    [Fact]
    public async Task Several_bad_trials_in_a_row_do_not_stop_a_sound_worker()
    {
        await using var silo = await TestSilo.StartAsync(server, new()
        {
            Fault = (train, _) => train.Trial > 0 && TrialId.From(train.Trial).Number <= 6 ? new TrainerEvent.Stopped() : null,
        });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("six", silo.Dataset, trials: 8, retries: 1));
        var end = await silo.EndAsync(id);
        Assert.Equal((2, 6), (end.Succeeded, end.Failed));
        Assert.Equal(["trainer_died"], await silo.QueryAsync<string>("select distinct reason from trial_events where reason is not null"));
        Assert.Equal(WorkerState.Active, (await silo.WorkerAsync(_ => true, "a worker")).State);
    }

    [Fact]
    public async Task A_trial_that_ran_out_of_memory_is_tried_again_alone_on_its_device()
    {
        var running = new ConcurrentDictionary<long, bool>();
        await using var silo = await TestSilo.StartAsync(
            server,
            new()
            {
                // Trial 3 runs out of memory in its first attempt, and in later ones unless it is alone.
                Fault = (train, epoch) =>
                {
                    running[train.Trial] = true;
                    var beside = running.Count - 1;
                    if (epoch == train.Parameters.Epochs)
                        running.TryRemove(train.Trial, out _);
                    if (train.Trial == 0 || TrialId.From(train.Trial).Number != 3 || (train.Attempt > 1 && beside == 0))
                        return null;
                    running.TryRemove(train.Trial, out _);
                    return new TrainerEvent.Failed(FailureReason.OutOfMemory, "out of memory");
                },
                Pace = TimeSpan.FromMilliseconds(5),
            },
            slots: 4);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("memory", silo.Dataset, trials: 8, retries: 1));
        Assert.Equal(8, (await silo.EndAsync(id)).Succeeded);
        Assert.Equal([3], await silo.QueryAsync<int>("select number from trials where alone"));
        Assert.Equal(["out_of_memory"], await silo.QueryAsync<string>("select reason from trial_events where reason is not null"));
    }

    [Fact]
    public async Task A_trial_that_a_silo_opened_after_it_was_declared_dead_goes_on_elsewhere()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 1);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("orphan", silo.Dataset, trials: 3));
        await silo.UntilAsync(id, sweep => sweep.Running == 1, "the first trial to run");
        // A silo that opens a trial after it was declared dead leaves such a row. To the scheduler the trial still waits.
        await silo.QueryAsync<int>(
            $"update trials set state = 'running', attempt = 1, worker = 'ghost' where id = {new TrialId(id, 2).Value}");
        // The second trial must be found before the sweep's other trials have ended.
        gate.Release(10);
        await silo.UntilAsync(id, sweep => sweep is { Succeeded: 1, Running: 1, Queued: 1 }, "the second trial to wait again");
        gate.Release(1_000);
        Assert.Equal(3, (await silo.EndAsync(id)).Succeeded);
        Assert.Equal(
            ["lost", "leased", "succeeded"],
            await silo.QueryAsync<string>($"select event from trial_events where trial_id = {new TrialId(id, 2).Value} order by id"));
    }

    [Fact]
    public async Task A_sweep_is_not_delayed_when_its_scheduler_is_activated_anew()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("before", silo.Dataset, trials: 1));
        await silo.EndAsync(id);
        // The worker's request for trials is open now, and the old activation handles no other call until it is answered.
        await silo.RestartSchedulerAsync();
        var asked = TimeProvider.System.GetTimestamp();
        await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("after", silo.Dataset, trials: 1)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_trial_that_the_scheduler_lacks_is_found_before_its_sweep_ends()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 1);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("forgotten", silo.Dataset, trials: 1));
        await silo.UntilAsync(id, sweep => sweep.Running == 1, "the trial to run");
        await silo.QueryAsync<int>(
            $"insert into trials (id, sweep_id, number, params) select id + 1, sweep_id, 2, params from trials where sweep_id = {id}");
        gate.Release(1_000);
        Assert.Equal(2, (await silo.EndAsync(id)).Succeeded);
    }

    [Fact]
    public async Task A_draining_worker_gives_its_trials_back_and_ends()
    {
        var gate = new SemaphoreSlim(0);
        await using var leaving = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await leaving.SubmitAsync(SimulatedSweep.Spec("leave", leaving.Dataset, trials: 3));
        gate.Release(4);
        await leaving.UntilAsync(id, sweep => sweep.EpochsDone == 4, "four epochs");
        var name = (await leaving.WorkerAsync(_ => true, "a worker")).Name;
        Assert.False((await leaving.Cluster.Drain("nobody")).Accepted);
        Assert.True((await leaving.Cluster.Drain(name)).Accepted);
        await leaving.WorkerAsync(worker => !worker.Alive, "the worker to be gone");
        await using var staying = await TestSilo.StartAsync(server, new(), connectionString: leaving.ConnectionString);
        Assert.Equal(3, (await staying.EndAsync(id)).Succeeded);
        Assert.Equal(
            [4L],
            await staying.QueryAsync<long>(
                "select count(*) from epochs where attempt = 1 and trial_id in (select id from trials where attempt = 2)"));
        Assert.Equal([30L], await staying.QueryAsync<long>("select count(*) from epochs"));
    }

    [Fact]
    public async Task Labels_choose_where_trials_run()
    {
        await using var plain = await TestSilo.StartAsync(server, new());
        var id = await plain.SubmitAsync(SimulatedSweep.Spec("labels", plain.Dataset, trials: 4, resources: new(Require: ["gpu=h200"])));
        await using var labelled = await TestSilo.StartAsync(
            server, new(), connectionString: plain.ConnectionString, labels: "gpu=h200,rack=3");
        Assert.Equal(4, (await plain.EndAsync(id)).Succeeded);
        Assert.Equal(
            [1L],
            await plain.QueryAsync<long>(
                "select count(distinct e.worker) from trial_events e join workers w on w.name = e.worker where w.labels @> '{gpu=h200}'"));
        Assert.Equal(
            [0L],
            await plain.QueryAsync<long>("select count(*) from trial_events e join workers w on w.name = e.worker where w.labels = '{}'"));
    }

    [Fact]
    public async Task Sweeps_live_on_control_silos_and_trials_on_workers()
    {
        await using var worker = await TestSilo.StartAsync(server, new(), role: "worker");
        await using var control = await TestSilo.StartAsync(server, new(), role: "control", connectionString: worker.ConnectionString);
        var id = await worker.SubmitAsync(SimulatedSweep.Spec("roles", worker.Dataset, trials: 4));
        Assert.Equal(4, (await worker.EndAsync(id)).Succeeded);
        Assert.Equal([1L], await worker.QueryAsync<long>("select count(*) from workers"));
        using var http = control.Http;
        await Poll.UntilAsync(
            async () => (await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
                .Contains("sweep_queue", StringComparison.Ordinal),
            "the scheduler on the control silo");
    }

    [Fact]
    public async Task A_silo_that_has_left_the_cluster_is_granted_nothing_though_it_still_asks()
    {
        await using var control = await TestSilo.StartAsync(server, new(), role: "control");
        var worker = await TestSilo.StartAsync(server, new(), connectionString: control.ConnectionString, role: "worker");
        var name = (await control.WorkerAsync(row => row.Alive, "the worker to be there")).Name;
        await worker.DisposeAsync();
        await Poll.UntilAsync(
            async () => !(await control.Http.GetStringAsync("/sd", TestContext.Current.CancellationToken)).Contains(
                name, StringComparison.Ordinal),
            "the membership to show that the worker has left");
        // A scheduler that starts now reads the membership at once.
        await control.RestartSchedulerAsync();
        await control.SubmitAsync(SimulatedSweep.Spec("left", control.Dataset, trials: 1));
        Assert.Empty(await control.Scheduler.Lease(new(name, 1, 1, []), TestContext.Current.CancellationToken));
        Assert.Single(await control.Scheduler.Lease(new("another", 1, 1, []), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Metrics_and_health_are_served()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("metrics", silo.Dataset, trials: 4)));
        using var http = silo.Http;
        Assert.Equal("ok", await http.GetStringAsync("/healthz", TestContext.Current.CancellationToken));
        Assert.Equal("ready", await http.GetStringAsync("/readyz", TestContext.Current.CancellationToken));
        var metrics = "";
        // A trial is over in its row a moment before its slot is free, and the queue is measured once a second.
        string[] expected =
        [
            "sweep_slots{state=\"free\"} 2", "sweep_trials_finished_total{state=\"succeeded\"} 4", "sweep_epochs_total{} 40", "sweep_queue",
            "sweep_trials", "sweep_epoch_duration_seconds_bucket", "sweep_metrics_backlog",
        ];
        foreach (var text in expected)
        {
            await Poll.UntilAsync(
                async () => (metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
                    .Contains(text, StringComparison.Ordinal),
                $"the metrics to show {text}");
        }

        Assert.DoesNotContain("trial_id", metrics, StringComparison.Ordinal);
    }
}
