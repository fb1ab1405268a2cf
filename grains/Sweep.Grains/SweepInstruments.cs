using System.Diagnostics.Metrics;
using Sweep.Domain;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Every instrument of a silo. A trial's id is never a label.</summary>
public sealed class SweepInstruments
{
    public const string MeterName = "Sweep";

    /// <summary>The kind of a failure of storage that does not pass by itself.</summary>
    public const string Refused = "refused";

    private readonly Counter<long> _trialsFinished;
    private readonly Counter<long> _epochs;
    private readonly Histogram<double> _epochDuration;
    private readonly Counter<long> _attemptsFailed;
    private readonly Counter<long> _judgements;
    private readonly Counter<long> _proposals;
    private readonly Counter<long> _staleWrites;
    private readonly Counter<long> _storageFailures;
    private readonly Counter<long> _connectionsRefused;
    private IReadOnlyDictionary<TrialState, long> _trials = new Dictionary<TrialState, long>();
    private IReadOnlyList<DeviceUse> _devices = [];
    private Func<int>? _backlog;
    private int? _queue;
    private (int Busy, int Free)? _slots;
    private Func<(int Active, int Lost)>? _silos;
    private (bool Up, long? Bytes)? _database;
    private Func<IEnumerable<SlotProgress>>? _progress;
    private (long Free, long Size)? _disk;
    private Func<TimeSpan>? _certificate;

    public SweepInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _trialsFinished = meter.CreateCounter<long>("sweep.trials.finished", "{trial}", "Trials that ended, by state.");
        _epochs = meter.CreateCounter<long>("sweep.epochs", "{epoch}", "Epochs trained.");
        _epochDuration = meter.CreateHistogram("sweep.epoch.duration", "s", "Wall time of an epoch.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900],
        });
        _attemptsFailed = meter.CreateCounter<long>(
            "sweep.attempts.failed", "{attempt}", "Attempts that ended without a result, by reason.");
        _judgements = meter.CreateCounter<long>(
            "sweep.judgements", "{judgement}", "Judgements of trials by stopping rules, by verdict, go_on or stop, and by rule.");
        _proposals = meter.CreateCounter<long>(
            "sweep.proposals", "{trial}", "Trials proposed, by what proposed them: a method's word, or start of it before it has learned.");
        _staleWrites = meter.CreateCounter<long>("sweep.writes.refused", "{write}", "Writes of an attempt that is not the running one.");
        _storageFailures = meter.CreateCounter<long>(
            "sweep.storage.failures", "{write}",
            "What the database did not take or give for trials, by kind: unreachable, busy and disk_full are tried again, " +
            "refused fails the attempt, drops the line of a log, or keeps back a judgement, a proposal or the removal of a checkpoint.");
        // An alert sees the first refusal only as a growth from 0.
        _storageFailures.Add(0, Kind(Refused));
        _connectionsRefused = meter.CreateCounter<long>(
            "sweep.connections.refused", "{connection}",
            "Connections of silos and clients that ended at the handshake: no certificate, one that is not good here, or none in time.");
        meter.CreateObservableGauge(
            "sweep.trials", () => _trials.Select(pair => new Measurement<long>(pair.Value, State(pair.Key))), "{trial}",
            "Trials of sweeps that run or are paused, by state; from the scheduler's silo.");
        meter.CreateObservableGauge(
            "sweep.queue", () => _queue is { } waiting ? [new Measurement<int>(waiting)] : Array.Empty<Measurement<int>>(), "{trial}",
            "Trials that wait for a slot; from the scheduler's silo.");
        meter.CreateObservableGauge("sweep.slots", Slots, "{slot}", "Slots of this worker, busy and free.");
        meter.CreateObservableGauge("sweep.metrics.backlog", () => _backlog?.Invoke() ?? 0, "{row}", "Epochs that wait to be stored.");
        meter.CreateObservableGauge(
            "sweep.device.memory.used", () => _devices.Select(device => new Measurement<long>(device.MemoryUsedBytes, Device(device))),
            "By", "Memory in use on a GPU.");
        meter.CreateObservableGauge(
            "sweep.device.memory.total", () => _devices.Select(device => new Measurement<long>(device.MemoryTotalBytes, Device(device))),
            "By", "Memory of a GPU.");
        meter.CreateObservableGauge(
            "sweep.device.utilization.ratio", () => _devices.Select(device => new Measurement<double>(device.Utilization, Device(device))),
            null, "Share of time that a GPU computes, 0 to 1.");
        meter.CreateObservableGauge(
            "sweep.silos", Silos, "{silo}",
            "Silos of the cluster as this one sees it: active, and lost (died without a word in the last 10 minutes).");
        meter.CreateObservableGauge(
            "sweep.postgres.up", () => One(_database?.Up is { } up ? up ? 1 : 0 : (int?)null), null,
            "Whether the cluster's database answers this silo: 1 or 0.");
        meter.CreateObservableGauge("sweep.postgres.size", () => One(_database?.Bytes), "By", "Size of the cluster's database.");
        meter.CreateObservableGauge(
            "sweep.trial.silence", () => Progress(slot => slot.Silence.TotalSeconds), "s",
            "Time since the trial in a slot made any progress: took a step, validated or wrote a checkpoint; 0 in a free slot.");
        meter.CreateObservableGauge(
            "sweep.epoch.progress.ratio", () => Progress(slot => slot.Share), null,
            "The part of the running epoch that the trial in a slot has trained, 0 to 1; 0 in a free slot.");
        meter.CreateObservableGauge(
            "sweep.disk.free", () => One(_disk?.Free), "By",
            "Free space for this silo's temporary files, where epochs wait when the database is away for long.");
        meter.CreateObservableGauge(
            "sweep.certificate.remaining", () => One(_certificate?.Invoke().TotalSeconds), "s",
            "Time until this silo's certificate expires, or its authority's if that is sooner; absent without one.");
        meter.CreateObservableGauge(
            "sweep.disk.size", () => One(_disk?.Size), "By", "Size of the disk that holds this silo's temporary files.");
        meter.CreateObservableGauge(
            "sweep.build.info", Build, null, "Always 1; the labels are the version of this silo and the commit that it was built from.");
    }

    public void TrialFinished(TrialState state) => _trialsFinished.Add(1, State(state));

    public void EpochFinished(double seconds)
    {
        _epochs.Add(1);
        _epochDuration.Record(seconds);
    }

    public void AttemptFailed(FailureReason reason) => _attemptsFailed.Add(1, new KeyValuePair<string, object?>("reason", reason.Name()));

    public void Judged(bool stops, string? rule) => _judgements.Add(
        1, new KeyValuePair<string, object?>("verdict", stops ? "stop" : "go_on"), new KeyValuePair<string, object?>("rule", rule));

    /// <param name="by">Of each trial what proposed it.</param>
    public void Proposed(IEnumerable<string> by)
    {
        foreach (var trials in by.CountBy(word => word))
            _proposals.Add(trials.Value, new KeyValuePair<string, object?>("by", trials.Key));
    }

    public void WriteRefused() => _staleWrites.Add(1);

    /// <param name="kind">unreachable, busy, disk_full or refused.</param>
    public void StorageFailed(string kind) => _storageFailures.Add(1, Kind(kind));

    public void ConnectionRefused() => _connectionsRefused.Add(1);

    /// <summary>
    /// Sets the numbers of the scheduler. Only the silo that hosts the scheduler reports them; an empty dictionary and null remove them.
    /// </summary>
    public void Scheduled(IReadOnlyDictionary<TrialState, long> trials, int? waiting) => (_trials, _queue) = (trials, waiting);

    public void SlotsUsed(int busy, int free) => _slots = (busy, free);

    public void DevicesSeen(IReadOnlyList<DeviceUse> devices) => _devices = devices;

    public void WatchSlots(Func<IEnumerable<SlotProgress>> progress) => _progress = progress;

    public void WatchBacklog(Func<int> rows) => _backlog = rows;

    public void WatchCertificate(Func<TimeSpan> remaining) => _certificate = remaining;

    public void WatchSilos(Func<(int Active, int Lost)> silos) => _silos = silos;

    /// <param name="up">Whether the database answered just now.</param>
    /// <param name="bytes">Size of the database; null when unknown.</param>
    public void DatabaseSeen(bool up, long? bytes) => _database = (up, bytes);

    /// <param name="disk">Free space and size of the disk in bytes; null when unknown.</param>
    public void DiskSeen((long Free, long Size)? disk) => _disk = disk;

    private static Measurement<int> Build() => new(
        1,
        new KeyValuePair<string, object?>("version", SweepVersion.Number),
        new KeyValuePair<string, object?>("commit", SweepVersion.Commit));

    private IEnumerable<Measurement<int>> Silos() => _silos?.Invoke() is { } silos
        ? [
            new(silos.Active, new KeyValuePair<string, object?>("state", "active")),
            new(silos.Lost, new KeyValuePair<string, object?>("state", "lost")),
        ]
        : [];

    private static IEnumerable<Measurement<T>> One<T>(T? value)
        where T : struct => value is { } known ? [new(known)] : [];

    /// <summary>
    /// A value of every slot, also of the free ones: a scrape would repeat the last value of a slot that is not measured any more.
    /// </summary>
    private IEnumerable<Measurement<double>> Progress(Func<SlotProgress, double> value) =>
        (_progress?.Invoke() ?? []).Select(
            slot => new Measurement<double>(value(slot), new KeyValuePair<string, object?>("slot", slot.Slot)));

    private IEnumerable<Measurement<int>> Slots() => _slots is { } slots
        ? [
            new(slots.Busy, new KeyValuePair<string, object?>("state", "busy")),
            new(slots.Free, new KeyValuePair<string, object?>("state", "free")),
        ]
        : [];

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);

    private static KeyValuePair<string, object?> State(TrialState state) => new("state", state.ToString().ToLowerInvariant());

    private static KeyValuePair<string, object?> Device(DeviceUse device) => new("device", device.Name);
}

/// <summary>Current use of a GPU.</summary>
/// <param name="Name">Name of the device: cuda:0, cuda:1, …</param>
/// <param name="Utilization">Share of time in which the GPU computes, 0 to 1.</param>
public sealed record DeviceUse(string Name, long MemoryUsedBytes, long MemoryTotalBytes, double Utilization);

/// <summary>How far the trial in a slot is. In a free slot there is nothing, which counts as 0.</summary>
/// <param name="Slot">The number of the slot among those of its worker, from 1.</param>
/// <param name="Share">The part of the running epoch that is trained, 0 to 1.</param>
/// <param name="Silence">The time since the last progress.</param>
public sealed record SlotProgress(int Slot, double Share, TimeSpan Silence);
