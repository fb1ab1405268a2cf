using System.Diagnostics;
using Npgsql;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Contracts;
using Sweep.Domain.Programs;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;

namespace Sweep.Client.Clusters;

/// <summary>A database with sweeps in it, and a connection to its silos, which is opened at the first request to a grain.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    private readonly NpgsqlDataSource _source;
    private readonly string _connectionString;
    private readonly string? _certificates;
    private GrainConnection? _grains;

    private Cluster(string connectionString, PrivateCluster? @private, string? certificates = null)
    {
        Private = @private;
        (_connectionString, _certificates) = (connectionString, certificates);
        _source = @private?.Source ?? Database.Open(connectionString);
        Reader = new SweepReader(_source);
    }

    public SweepReader Reader { get; }

    public ReportReader Reports => new(_source);

    public SearchReader Search => new(_source);

    /// <summary>The private cluster that this process owns and that ends with it; null where another process owns the cluster.</summary>
    public PrivateCluster? Private { get; }

    public IDatasetStore Datasets => new DatasetStore(_source);

    public IFolderStore Folders => new FolderStore(_source);

    public IWeightsStore Weights => new WeightsStore(_source);

    public ITrialStore Trials => new TrialStore(_source);

    public IAttemptStore Attempts => new AttemptStore(_source);

    public string ConnectionString => _connectionString;

    public RetentionStore Retention => new(_source);

    public DeletedSweeps Deleted => new(_source);

    /// <summary>The store of sweeps, for changes that must be made while no silo is alive.</summary>
    public ISweepStore Sweeps => new SweepStore(_source);

    public ObjectiveStore Objectives => new(_source);

    /// <summary>
    /// Opens the database of the choice. For the private cluster this joins the one that runs, or starts PostgreSQL. The silo starts at the
    /// first request to a grain.
    /// </summary>
    /// <exception cref="LocalClusterException">The private cluster cannot be started.</exception>
    /// <exception cref="RequestRefusedException">
    /// <c>sweep run</c> in another process owns the private cluster, and the cluster would end with that process.
    /// </exception>
    public static async Task<Cluster> OpenAsync(ClusterChoice choice, ClusterPurpose purpose, CancellationToken cancellation)
    {
        if (choice.ConnectionString is { } shared)
            return new(shared, null, choice.Certificates);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (choice.Home.TryLock() is { } @lock)
            {
                var owned = await PrivateCluster.StartAsync(choice.Home, choice.Machine, @lock, purpose, cancellation);
                return new(owned.ConnectionString, owned);
            }

            var owner = choice.Home.ReadOwner();
            switch (JoinRule.Decide(owner, purpose))
            {
                case JoinDecision.Join:
                    choice.RequireNoMachine();
                    return new(owner!.ConnectionString, null);
                case JoinDecision.Refuse:
                    throw new RequestRefusedException(owner!.Purpose == ClusterPurpose.Up
                        ? "The cluster is up already."
                        : $"Process {owner.ProcessId} runs a sweep in {choice.Home.Folder} " +
                          "and would take this one down with it when it ends. " +
                          "Wait for it, or keep a cluster for several: end that run with Ctrl-C, type `sweep up`, then run both.");
                default:
                    if (Stopwatch.GetElapsedTime(started) > WaitLimit)
                    {
                        throw new LocalClusterException(
                            $"{choice.Home.Folder} is in use by {(owner is null ? "another process" : $"process {owner.ProcessId}")}, "
                            + $"which has not been ready for {WaitLimit.TotalSeconds:0} s.");
                    }
                    await Task.Delay(50, cancellation);
                    break;
            }
        }
    }

    /// <summary>Sends a request to a sweep's grain.</summary>
    /// <inheritdoc cref="RequestAsync{T}(Func{IGrainFactory, Task{T}}, CancellationToken)"/>
    public Task<T> RequestAsync<T>(int sweep, Func<ISweepGrain, Task<T>> request, CancellationToken cancellation) =>
        RequestAsync(grains => request(grains.GetGrain<ISweepGrain>(sweep)), cancellation);

    /// <summary>Sends a request to a grain. If this process owns the private cluster, its silo is started first.</summary>
    /// <exception cref="ClusterUnreachableException">No silo answers.</exception>
    /// <exception cref="SiloEndedException">The silo of the private cluster that this process owns has ended.</exception>
    public async Task<T> RequestAsync<T>(Func<IGrainFactory, Task<T>> request, CancellationToken cancellation)
    {
        if (Private is null)
            return await request(await ConnectAsync(Task.CompletedTask, cancellation));
        // The client is built, and looks for the silo, while the silo starts.
        var starting = Private.StartSiloAsync(cancellation);
        var connecting = ConnectAsync(starting, cancellation);
        var silo = await starting;
        var answer = ConnectAndRequestAsync();
        // Orleans notices the end of a silo late, and reports it as another error, such as a time-out.
        if (await Task.WhenAny(answer, silo.Ended) == silo.Ended || (answer.IsFaulted && await EndsSoonAsync(silo)))
            silo.ThrowIfEnded();
        return await answer;

        async Task<T> ConnectAndRequestAsync() => await request(await connecting);
    }

    /// <summary>Brings the tables of the database up to date.</summary>
    /// <returns>The names of the migrations that were applied.</returns>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellation) => Migrator.MigrateAsync(_source, cancellation);

    private async Task<IGrainFactory> ConnectAsync(Task silo, CancellationToken cancellation) =>
        (_grains ??= await GrainConnection.OpenAsync(_source, _certificates, silo, cancellation)).Grains;

    private static async Task<bool> EndsSoonAsync(SiloProcess silo) =>
        await Task.WhenAny(silo.Ended, Task.Delay(TimeSpan.FromSeconds(1))) == silo.Ended;

    public async ValueTask DisposeAsync()
    {
        if (_grains is not null)
            await _grains.DisposeAsync();
        await _source.DisposeAsync();
        if (Private is not null)
            await Private.DisposeAsync();
    }
}
