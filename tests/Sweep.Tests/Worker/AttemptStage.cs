using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Programs;
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

namespace Sweep.Tests.Worker;

/// <summary>
/// One attempt on one slot with fakes around it: scripted trainers, a trial that records its calls, a store that refuses the rows that a
/// test names, and a clock that the test moves.
/// </summary>
internal sealed class AttemptStage : IAsyncDisposable
{
    public const int StallLimit = 60;
    public const int Epochs = 10;
    private static readonly TrialId Trial = new(1, 1);
    private static readonly IMeterFactory Meters = new ServiceCollection()
        .AddMetrics()
        .BuildServiceProvider()
        .GetRequiredService<IMeterFactory>();

    private readonly MetricWriter _metrics;
    private readonly AttemptRun _run;
    private readonly CancellationTokenSource _workerEnds = new();
    private Task? _running;

    public AttemptStage(ITrainerFactory trainers, bool checkpoint = false, bool alone = false, string device = "cpu",
        RungVerdict? judgement = null)
    {
        var instruments = new SweepInstruments(Meters);
        Alarm = new(instruments, Time, AlarmLog);
        _metrics = new(Store, instruments, Alarm, Time, new LogLines<MetricWriter>());
        Slot = new(device, Gate, trainers, Time, Log);
        var grain = Fake.Of<ITrialGrain>((method, arguments) =>
        {
            var said = $"{method.Name} {string.Join(' ', arguments.Skip(1))}".TrimEnd();
            if (Refusal(said) is { } refusal)
                throw refusal;
            if (method.Name == nameof(ITrialGrain.Open))
                return Task.FromResult<AttemptAssignment?>(new(1, Parameters.ToJson(), checkpoint, alone, judgement is null ? null : [1]));
            if (method.Name != nameof(ITrialGrain.Report))
                Reports.Enqueue(said);
            return Task.FromResult(Verdict.Continue);
        });
        var spec = SimulatedSweep.Spec("stage", "text", trials: 1, Epochs) with
        {
            StallLimit = StallLimit,
            Stop = judgement is null ? null : [new StopSpec.Asha()],
        };
        var sweep = Fake.Of<ISweepProgress>((_, _) => Task.FromResult(new RungReply(judgement!.Value, "compared")));
        var sweeps = Fake.Of<ISweepStore>((_, _) => Task.FromResult<StoredSweep?>(new(1, spec, SweepState.Running, Trials: 1)));
        var datasets = Fake.Of<IDatasetStore>((_, _) => Task.FromResult<byte[]?>([1, 2, 3]));
        var services = new AttemptServices(
            Fake.Of<IGrainFactory>((method, _) => method.GetGenericArguments().Contains(typeof(ISweepProgress)) ? sweep : grain),
            Store, new SweepSpecs(sweeps), new DatasetCache(datasets),
            new FolderCache(Fake.Of<IFolderStore>((_, _) => Task.FromResult<byte[]?>(null))),
            Fake.Of<IWeightsStore>((_, _) => Task.FromResult<byte[]?>(null)), Judgements, _metrics,
            new AttemptLog(Store, Alarm, Time), Alarm, instruments, Time);
        _run = new(Trial, granted: 1, "worker", Slot, services, Log, _workerEnds.Token);
    }

    public FakeTimeProvider Time { get; } = new();

    public ScriptedStore Store { get; } = new();

    /// <summary>A store without any judgement.</summary>
    private static IJudgementStore Judgements => Fake.Of<IJudgementStore>((method, arguments) => method.Name switch
    {
        nameof(IJudgementStore.AddAsync) => Task.FromResult((StoredJudgement)arguments[0]!),
        nameof(IJudgementStore.ScoresAsync) => Task.FromResult<IReadOnlyList<double>>([]),
        _ => throw new NotSupportedException(method.Name),
    });

    public DeviceGate Gate { get; } = new();

    public Slot Slot { get; }

    public StorageAlarm Alarm { get; }

    public LogLines<StorageAlarm> AlarmLog { get; } = new();

    public LogLines<Slot> Log { get; } = new();

    /// <summary>The reports of the end of the attempt that the trial got, such as <c>Fail Stalled …</c>.</summary>
    public ConcurrentQueue<string> Reports { get; } = new();

    /// <summary>The error of the database that a report meets; null for none.</summary>
    public Func<string, Exception?> Refusal { get; set; } = _ => null;

    private static TrialParameters Parameters =>
        SearchMethods.For(SimulatedSweep.Spec("stage", "text", trials: 1, Epochs)).Trials().Single().ForModel();

    public async Task StartAsync()
    {
        await _metrics.StartAsync(TestContext.Current.CancellationToken);
        _running = _run.RunAsync();
    }

    public void Stop(StopCause cause) => _run.Stop(cause);

    public void EndWorker() => _workerEnds.Cancel();

    /// <summary>Waits until the attempt ends, and returns its reports.</summary>
    /// <param name="moves">Whether the clock moves in the meantime.</param>
    public async Task<string> EndAsync(bool moves = false)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!_running!.IsCompleted)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(limit) < Poll.Patience,
                $"waited {Poll.Patience.TotalSeconds} s for the attempt to end; reported: {string.Join(", ", Reports)}");
            if (moves)
                Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(_running, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        await _running;
        return string.Join(", ", Reports);
    }

    public AttemptProgress Progress => _run.Progress;

    public bool IsRunning => !_running!.IsCompleted;

    public async ValueTask DisposeAsync()
    {
        await _workerEnds.CancelAsync();
        await _metrics.StopAsync(CancellationToken.None);
        _metrics.Dispose();
        _run.Dispose();
    }
}
