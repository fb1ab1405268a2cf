using System.ComponentModel;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Programs;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Verdict = Sweep.Grains.Verdict;

namespace Sweep.Tests.Worker;

public sealed class WorkerServiceTests
{
    [Fact]
    public async Task A_slot_takes_no_more_trials_until_its_trainer_can_be_started_whatever_errors_its_tests_find()
    {
        var time = new FakeTimeProvider();
        Exception? wrong = new Win32Exception(13, "Permission denied");
        var trainers = new ScriptedTrainers(_ => wrong is null ? Task.FromResult<ITrainer>(new ScriptedTrainer()) : throw wrong);
        var reports = new List<string>();
        WorkerStatus? shown = null;
        var granted = 0;
        var scheduler = Fake.Of<ISchedulerGrain>((method, arguments) => method.Name switch
        {
            nameof(ISchedulerGrain.Lease) => Granted(((LeaseRequest)arguments[0]!).FreeSlots, (CancellationToken)arguments[1]!),
            nameof(ISchedulerGrain.Renew) => Task.FromResult(new RenewReply([], Drain: false)),
            _ => Task.CompletedTask,
        });
        var spec = SimulatedSweep.Spec("worker", "text", trials: 1);
        var trial = Fake.Of<ITrialGrain>((method, arguments) =>
        {
            if (method.Name == nameof(ITrialGrain.Open))
                return Task.FromResult<AttemptAssignment?>(
                    new(1, SearchMethods.For(spec).Trials().Single().ToJson(), HasCheckpoint: false, Alone: false));
            reports.Add($"{method.Name} {string.Join(' ', arguments.Skip(1))}");
            return Task.FromResult(Verdict.Continue);
        });
        var instruments = new SweepInstruments(
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var alarm = new StorageAlarm(instruments, time, new LogLines<StorageAlarm>());
        var store = new ScriptedStore();
        using var metrics = new MetricWriter(store, instruments, alarm, time, new LogLines<MetricWriter>());
        var services = new AttemptServices(
            Fake.Of<IGrainFactory>((method, _) => method.GetGenericArguments().Contains(typeof(ISchedulerGrain)) ? scheduler : trial),
            store,
            new SweepSpecs(Fake.Of<ISweepStore>((_, _) => Task.FromResult<StoredSweep?>(new(1, spec, SweepState.Running, Trials: 1)))),
            new DatasetCache(Fake.Of<IDatasetStore>((_, _) => Task.FromResult<byte[]?>([1]))),
            new FolderCache(Fake.Of<IFolderStore>((_, _) => Task.FromResult<byte[]?>(null))),
            Fake.Of<IWeightsStore>((_, _) => Task.FromResult<byte[]?>(null)),
            Fake.Of<IJudgementStore>((_, _) => null),
            metrics,
            new AttemptLog(store, alarm, time),
            alarm,
            instruments,
            time);
        var workers = Fake.Of<IWorkerStore>((method, arguments) =>
        {
            if (method.Name == nameof(IWorkerStore.SeenAsync))
                shown = (WorkerStatus)arguments[1]!;
            return Task.CompletedTask;
        });
        var log = new LogLines<WorkerService>();
        using var worker = new WorkerService(
            new WorkerRecord("worker", "host", 1, ["cpu"], []),
            trainers,
            services,
            workers,
            new Readiness(),
            Fake.Of<IHostApplicationLifetime>((_, _) => CancellationToken.None),
            log);

        await worker.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => shown?.State == WorkerState.Quarantined, "the worker to be quarantined");
        Assert.Contains("Permission denied", shown!.Message, StringComparison.Ordinal);
        Assert.Equal((3, 3), (granted, reports.Count(report => report.StartsWith("Fail WorkerUnfit", StringComparison.Ordinal))));

        // After each kind of error the slot is tested again.
        Exception[] errors = [new IOException("no file left"), new InvalidOperationException("anything"), new OutOfMemoryException()];
        foreach (var error in errors)
        {
            wrong = error;
            var starts = trainers.Starts;
            await UntilAsync(() => trainers.Starts > starts, "the next test");
        }

        wrong = null;
        await UntilAsync(() => shown?.State == WorkerState.Active, "the slot to train again");
        Assert.Null(shown.Message);
        await UntilAsync(() => granted > 3, "the next trial");
        await Task.WhenAll(
            worker.StopAsync(CancellationToken.None), UntilAsync(() => worker.ExecuteTask!.IsCompleted, "the worker to end"));

        Task<TrialGrant[]> Granted(int free, CancellationToken cancellation)
        {
            if (free == 0 || granted > 3)
                return Task.Delay(Timeout.Infinite, cancellation).ContinueWith<TrialGrant[]>(_ => [], TaskScheduler.Default);
            granted++;
            return Task.FromResult<TrialGrant[]>([new(new TrialId(1, 1).Value, Slots: 1, Attempt: granted)]);
        }

        Task UntilAsync(Func<bool> condition, string what) => Poll.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                return Task.FromResult(condition());
            },
            what,
            () => $"{shown}; {string.Join(", ", log.Lines)}");
    }
}
