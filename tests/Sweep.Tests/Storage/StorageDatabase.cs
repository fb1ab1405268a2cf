using Npgsql;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Storage;

/// <summary>A migrated database for the tests of one class, with builders for the rows that they start from.</summary>
public sealed class StorageDatabase(PostgresServer server) : IAsyncLifetime
{
    public static readonly ParameterMap Parameters = new TrialParameters(
        CellKind.Lstm, 20, 128, 1, [64, 32], 0.005, null, 0.1, 100, OptimizerKind.Adam, 0, 0, 42).ToMap();

    public static ParameterMap ParametersWith(Func<TrialParameters, TrialParameters> change) => change(Parameters.ForModel()).ToMap();
    public static readonly TrialResult Result = new(12.5, 0.25, 4_000, 140_000, 560_000, 2_600_000, 1_904, 476, 300_000_000, "To be");
    private static readonly byte[] Text = "To be, or not to be"u8.ToArray();

    public NpgsqlDataSource Source { get; private set; } = null!;

    public SweepStore Sweeps => new(Source);

    public ProposalStore Proposals => new(Source);

    public TrialStore Trials => new(Source);

    public AttemptStore Attempts => new(Source);

    public DeletedSweeps Deleted => new(Source);

    public DatasetStore Datasets => new(Source);

    public FolderStore Folders => new(Source);

    public SweepReader Reader => new(Source);

    /// <summary>Returns the numbers of a sweep's trials that are unfinished and on no worker.</summary>
    public async Task<IReadOnlyList<int>> QueuedAsync(int sweep) =>
        [
            .. (await Trials.UnfinishedAsync(sweep, TestContext.Current.CancellationToken))
                .Where(trial => trial.Worker is null)
                .Select(trial => trial.Id.Number),
        ];

    public async ValueTask InitializeAsync()
    {
        Source = Database.Open(await server.NewDatabaseAsync());
        await Migrator.MigrateAsync(Source);
        await AddTextAsync();
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    public static SweepSpec Spec(
        string name = "next-character", Metric? metric = null, Goal goal = Goal.Minimize, int retries = 3,
        byte[]? text = null) => new(
        name,
        new("hamlet", Hash(text ?? Text), SplitKind.Random, 0.2),
        new(metric ?? Metric.ValLoss, goal),
        new(MethodKind.Grid),
        new([
            new("cell", new DimensionDomain.Choice([new ParameterValue.Word("rnn"), new ParameterValue.Word("lstm")])),
            new("learning_rate", new DimensionDomain.Range(1e-4, 1e-1, Scale.Log, 5, null)),
        ]),
        new(),
        new(),
        retries,
        42);

    /// <summary>A sweep of a program, whose folder has these bytes.</summary>
    public static SweepSpec ProgramSpec(string name, byte[] folder, string metric = "score/f1", Goal goal = Goal.Maximize) =>
        Spec(name, new(metric), goal) with
        {
            Dataset = DatasetSpec.None,
            Parameters = new(
                [
                    new("optimizer", new DimensionDomain.Choice([new ParameterValue.Word("adam"), new ParameterValue.Word("sgd")])),
                    new("layers", new DimensionDomain.Choice([new ParameterValue.Word("many")])),
                ],
                Own: new(
                    new Dictionary<string, ParameterType> { ["optimizer"] = ParameterType.Text, ["layers"] = ParameterType.Text },
                    Epochs: 10)),
            Program = new(["./train"], Hash(folder)),
        };

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    public static EpochMetrics Epoch(int number, double valLoss = 2, double valAccuracy = 0.5) =>
        new(number, valLoss - 0.5, valLoss, valAccuracy, 0.005, 0.5, 4_000);

    public static EpochRow Row(TrialId trial, int attempt, EpochReport report, Objective? objective = null)
    {
        objective ??= new(Metric.ValLoss, Goal.Minimize);
        return new(trial, attempt, report, report.Value(objective.Metric), objective.Score(report.Value(objective.Metric)));
    }

    public async Task AddDatasetAsync(byte[] text, string name = "hamlet") => await Datasets.AddAsync(Hash(text), name, text);

    /// <summary>Adds the text of every <see cref="Spec"/>, which is gone once a test has deleted the last sweep that used it.</summary>
    public Task AddTextAsync() => AddDatasetAsync(Text);

    /// <summary>Adds a sweep whose name is <c>sweep-</c> and its id, and returns the id.</summary>
    public async Task<int> AddSweepAsync(int trials = 1, Metric? metric = null, Goal goal = Goal.Minimize)
    {
        await AddTextAsync();
        var id = await Reader.NextSweepIdAsync();
        await Sweeps.AddAsync(id, Spec($"sweep-{id}", metric, goal), exactName: true, [.. Enumerable.Repeat(Parameters, trials)]);
        return id;
    }

    /// <summary>Adds a sweep of one trial, whose first attempt runs on the worker w1.</summary>
    public async Task<TrialId> AddRunningTrialAsync(Metric? metric = null, Goal goal = Goal.Minimize)
    {
        var trial = new TrialId(await AddSweepAsync(1, metric, goal), 1);
        Assert.Equal(TrialState.Running, await Trials.MoveAsync(Lease(trial)));
        return trial;
    }

    /// <summary>Adds a sweep of a program with one trial, whose first attempt runs on the worker w1.</summary>
    public async Task<TrialId> AddRunningProgramAsync(string metric = "score/f1", Goal goal = Goal.Maximize)
    {
        byte[] folder = [1, 2, 3];
        await Folders.AddAsync(Hash(folder), folder);
        var id = await Reader.NextSweepIdAsync();
        var spec = ProgramSpec($"program-{id}", folder, metric, goal);
        await Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.First(spec).Take(1)]);
        Assert.Equal(TrialState.Running, await Trials.MoveAsync(Lease(new(id, 1))));
        return new(id, 1);
    }

    /// <summary>Adds a sweep of one trial with this name, or with the first free suffix.</summary>
    public async Task<StoredSweep> AddNamedAsync(string name) =>
        await Sweeps.AddAsync(await Reader.NextSweepIdAsync(), Spec(name), exactName: false, [Parameters]);

    /// <summary>Has an attempt of a trial that waits begin and fail.</summary>
    /// <param name="attempt">The attempt before it.</param>
    public async Task FailAsync(TrialId trial, int attempt)
    {
        await Trials.MoveAsync(Lease(trial, attempt));
        await Trials.MoveAsync(Fail(trial, attempt + 1));
    }

    public static TrialTransition Lease(TrialId trial, int fromAttempt = 0, string worker = "w1") =>
        new(trial, TrialState.Queued, fromAttempt, TrialState.Running, fromAttempt + 1, 0, 0, worker, "leased");

    public static TrialTransition Requeue(TrialId trial, int attempt = 1) =>
        new(
            trial, TrialState.Running, attempt, TrialState.Queued, attempt, 0, 1, null, "lost", FailureReason.WorkerLost,
            "worker w1 is dead");

    public static TrialTransition Succeed(TrialId trial, int attempt = 1) =>
        new(trial, TrialState.Running, attempt, TrialState.Succeeded, attempt, 0, 0, "w1", "succeeded", Result: Result);

    public static TrialTransition Fail(TrialId trial, int attempt = 1) =>
        new(
            trial, TrialState.Running, attempt, TrialState.Failed, attempt, 1, 0, "w1", "failed", FailureReason.Diverged,
            "the loss of epoch 3 is not finite at learning rate 0.1");

    public async Task<TrialSummary> SummaryAsync(TrialId trial) =>
        (await Reader.TrialsAsync(trial.Sweep)).Single(summary => summary.Number == trial.Number);

    public async Task<long> CountAsync(string table, string where = "true")
    {
        await using var command = Source.CreateCommand($"select count(*) from {table} where {where}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
