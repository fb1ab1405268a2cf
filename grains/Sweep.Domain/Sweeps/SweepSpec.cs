using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>What a sweep file says, checked and with every default filled in. Stored as JSON in <c>sweeps.spec</c>.</summary>
/// <param name="Name">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, at most 100; unique in a cluster.</param>
/// <param name="Retries">How often a trial that failed by itself is tried again; at least 0.</param>
/// <param name="Seed">Drives the search, a random split, and every trial that does not vary <c>seed</c>.</param>
/// <param name="StallLimit">
/// Seconds without a step after which a trainer is ended; from <see cref="MinStallLimit"/> to <see cref="MaxSeconds"/>.
/// </param>
/// <param name="Replicates">
/// How often each point is trained, each time with another seed; from 1 to <see cref="MaxReplicates"/>. Null in a spec that was stored
/// before replicates came: it trains every trial that its method proposes, also those that are equal.
/// </param>
/// <param name="StartFrom">The weights from which each trial begins; null for random ones.</param>
/// <param name="Budget">What ends the sweep before its last trial; null for nothing.</param>
/// <param name="Search">How a method that learns waits for outcomes; null for the other methods.</param>
/// <param name="Stop">The rules that end trials before their last epochs, in the order in which they judge; null for none.</param>
/// <param name="Precision">The precision of products on a GPU; null for float32.</param>
/// <param name="Objectives">
/// All objectives where there are several, in the order of the file; then <paramref name="Objective"/> is the first of them that each epoch
/// has, by which the best epoch of a trial is chosen. Null where it is the only one.
/// </param>
/// <param name="Program">What trains in place of the built-in model; null for that, and then <paramref name="Dataset"/> is a text.</param>
public sealed record SweepSpec(
    string Name,
    DatasetSpec Dataset,
    Objective Objective,
    MethodSpec Method,
    SearchSpace Parameters,
    ResourceSpec Resources,
    CheckpointSpec Checkpoint,
    int Retries,
    long Seed,
    double StallLimit = SweepSpec.DefaultStallLimit,
    int? Replicates = null,
    StartSpec? StartFrom = null,
    BudgetSpec? Budget = null,
    SearchSpec? Search = null,
    IReadOnlyList<StopSpec>? Stop = null,
    Precision? Precision = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Objective>? Objectives = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProgramSpec? Program = null)
{
    public const double DefaultStallLimit = 3600;

    /// <summary>A trainer reports its steps about once a second. The limit is higher, since a busy machine is no stall.</summary>
    public const double MinStallLimit = 5;

    /// <summary>The longest time that a sweep file may contain, in seconds.</summary>
    public const double MaxSeconds = 1_000_000;

    public const int MaxReplicates = 1000;

    public const int MaxTrials = TrialId.MaxNumber;

    /// <summary>All objectives, also where there is one.</summary>
    [JsonIgnore]
    public IReadOnlyList<Objective> AllObjectives => Objectives ?? [Objective];

    /// <summary>
    /// Why another run of the same sweep file may have other trials, as far as the file says; null where nothing in it does.
    /// </summary>
    [JsonIgnore]
    public string? NotReproducible =>
        Search?.Order == SearchOrder.Arrival ? "search.order is arrival"
        : Method.Kind.Learns() && AllObjectives.FirstOrDefault(ObjectiveMetrics.IsTimed) is { } timed
            ? $"trials are proposed from {timed.Metric}, which is another time in each run"
            : null;

    /// <summary>What a worker must have for a trial: what the file says, and that it takes programs where one trains.</summary>
    [JsonIgnore]
    public ResourceSpec Demands => Program is null
        ? Resources
        : Resources with { Require = [.. Resources.Require ?? [], ProgramSpec.WorkerLabel] };

    [JsonIgnore]
    public int TrialsPerPoint => Replicates ?? 1;

    /// <summary>Whether the epochs of each trial are known before they are trained; a program need not say it.</summary>
    [JsonIgnore]
    public bool HasEpochLimit => Parameters.Catalog.Find(OwnParameters.EpochsName) is not null;

    /// <summary>Whether points have several trials, with different seeds.</summary>
    [JsonIgnore]
    public bool HasReplicates => TrialsPerPoint > 1 || Parameters.Varying.Count > Parameters.VaryingWithoutSeed.Count;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = DomainJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // PostgreSQL's jsonb has its own order of members, so kind need not come first.
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>
    /// The spec with <see cref="DatasetSpec.FirstTarget"/> filled in: the longest window of any trial that the space allows. The trials
    /// themselves do not decide it, since a random search with a larger budget must begin with the same ones.
    /// </summary>
    public SweepSpec WithFirstTarget() => Program is not null ? this : this with
    {
        Dataset = Dataset with
        {
            FirstTarget = Dataset.Split == SplitKind.Windows ? null : new ReachableValues(Parameters).LongestWindow,
        },
    };

    /// <summary>
    /// The stored form: snake_case JSON. Unknown members are skipped on reading, so that an older silo reads a newer spec.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is not the JSON of a spec.</exception>
    public static SweepSpec FromJson(string json) =>
        JsonSerializer.Deserialize<SweepSpec>(json, Json) ?? throw new JsonException("A sweep's spec is null.");
}

/// <summary>What makes one trial better than another.</summary>
/// <param name="Unit">The unit of a program's metric, for people; null where the file gives none.</param>
public sealed record Objective(
    Metric Metric, Goal Goal, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unit = null)
{
    public const int MaxUnitLength = 30;

    /// <summary>The objective with its sign set so that lower wins; not-a-number never wins.</summary>
    public double Score(double value) => double.IsNaN(value) ? double.PositiveInfinity : Goal == Goal.Minimize ? value : -value;
}

/// <param name="Slots">Slots that one trial takes; at least 1.</param>
/// <param name="MaxConcurrent">Trials of the sweep that run at one time; null for no limit.</param>
/// <param name="Priority">A higher one goes first.</param>
/// <param name="Require">Labels that a worker must have, such as <c>gpu=h200</c>; null for any worker.</param>
public sealed record ResourceSpec(int Slots = 1, int? MaxConcurrent = null, int Priority = 0, IReadOnlyList<string>? Require = null);

/// <param name="Every">Seconds between checkpoints; they are written at epoch ends. 0 means each epoch.</param>
/// <param name="Keep">How many of the best trials keep their checkpoints when they have finished; at least 1.</param>
public sealed record CheckpointSpec(double Every = 30, int Keep = 10)
{
    /// <summary>
    /// The most that each trial writes in the long run, however small <see cref="Every"/> is. The database logs every byte, and keeps a
    /// replaced checkpoint until it is vacuumed.
    /// </summary>
    public const double MostBytesPerSecond = 1_000_000;

    /// <summary>The bytes that a trial may write besides, so that small trials keep to <see cref="Every"/> alone.</summary>
    public const double BytesAtOnce = 8_000_000;

    /// <summary>Whether an attempt may write a checkpoint again.</summary>
    /// <param name="written">The bytes that it has written since its start.</param>
    /// <param name="time">The time since its start.</param>
    public static bool Allows(long written, TimeSpan time) => written < BytesAtOnce + (MostBytesPerSecond * time.TotalSeconds);

    /// <summary>Seconds from one checkpoint to the next in the long run.</summary>
    /// <param name="bytes">Size of a checkpoint.</param>
    public double Interval(long bytes) => Math.Max(Every, bytes / MostBytesPerSecond);
}
