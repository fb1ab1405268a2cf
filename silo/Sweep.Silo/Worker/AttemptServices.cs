using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;

namespace Sweep.Silo.Worker;

/// <summary>The services that an attempt needs besides its slot.</summary>
public sealed record AttemptServices(
    IGrainFactory Grains,
    IAttemptStore Store,
    SweepSpecs Specs,
    DatasetCache Datasets,
    FolderCache Folders,
    IWeightsStore Weights,
    IJudgementStore Judgements,
    MetricWriter Metrics,
    AttemptLog Log,
    StorageAlarm Alarm,
    SweepInstruments Instruments,
    TimeProvider Time);
