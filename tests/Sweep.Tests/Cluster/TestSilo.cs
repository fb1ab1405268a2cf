using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Sweep.Client.Programs;
using Sweep.Contracts;
using Sweep.Domain.Programs;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Hosting;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;
using Sweep.Simulation;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

/// <summary>A real silo in the tests' process, on a database of its own, with simulated trainers.</summary>
public sealed class TestSilo : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Task _ended;

    private TestSilo(WebApplication application, string connectionString, string dataset) =>
        (_application, ConnectionString, Dataset, _ended) = (application, connectionString, dataset, application.WaitForShutdownAsync());

    public string ConnectionString { get; }

    public string Dataset { get; }

    public SweepReader Reader => _application.Services.GetRequiredService<SweepReader>();

    public HttpClient Http => new() { BaseAddress = new Uri(_application.Urls.Single()) };

    public IMeterFactory Meters => _application.Services.GetRequiredService<IMeterFactory>();

    public int SiloPort => Endpoints.SiloPort;

    public int GatewayPort => Endpoints.GatewayPort;

    private EndpointOptions Endpoints => _application.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;

    /// <param name="change">Changes the silo's options last.</param>
    /// <param name="others">Replaces the simulated trainers.</param>
    public static async Task<TestSilo> StartAsync(
        PostgresServer server, SimulatedTrainers trainers, int slots = 2, string? connectionString = null, string? labels = null,
        string role = "both", Action<SweepSiloOptions>? change = null, ITrainerFactory? others = null)
    {
        connectionString ??= await server.NewDatabaseAsync();
        await using var source = Database.Open(connectionString);
        await Migrator.MigrateAsync(source);
        var text = "to be or not to be"u8.ToArray();
        var dataset = Convert.ToHexStringLower(SHA256.HashData(text));
        await new DatasetStore(source).AddAsync(dataset, "simulated", text);
        var options = new SweepSiloOptions { Postgres = connectionString, Labels = labels, Role = role };
        change?.Invoke(options);
        var application = SiloHost.Build(
            options, Devices.ForSlots([], slots, slotsPerGpu: 1, cores: 1),
            services => services.Replace(ServiceDescriptor.Singleton(others ?? trainers)));
        await application.StartAsync();
        await application.Services.GetRequiredService<Readiness>().WaitAsync(TestContext.Current.CancellationToken);
        return new(application, connectionString, dataset);
    }

    public ISweepGrain Sweep(int id) => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<ISweepGrain>(id);

    public ITrialGrain Trial(TrialId id) => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<ITrialGrain>(id.Value);

    /// <summary>Ends the scheduler's activation, as the death of the silo does that holds its entry of the grain directory.</summary>
    public async Task RestartSchedulerAsync() => await Scheduler.AsReference<IGrainManagementExtension>().DeactivateOnIdle();

    /// <summary>Ends the activation of a sweep's grain, as the death of its silo does.</summary>
    public async Task RestartSweepAsync(int id) => await Sweep(id).AsReference<IGrainManagementExtension>().DeactivateOnIdle();

    public ISchedulerGrain Scheduler => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<ISchedulerGrain>(0);

    public IGeneratorGrain Generator => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<IGeneratorGrain>(0);

    public IClusterGrain Cluster => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<IClusterGrain>(0);

    /// <summary>Waits until the only worker fulfils the condition.</summary>
    public async Task<WorkerOverview> WorkerAsync(Predicate<WorkerOverview> condition, string what)
    {
        WorkerOverview? worker = null;
        await Poll.UntilAsync(
            async () => (worker = (await Reader.WorkersAsync()).SingleOrDefault()) is not null && condition(worker), what, () => worker);
        return worker!;
    }

    /// <summary>Submits a sweep and returns its id.</summary>
    public async Task<int> SubmitAsync(SweepSpec spec)
    {
        var id = await Reader.NextSweepIdAsync();
        var reply = await Sweep(id).Submit(new(spec.ToJson(), ExactName: true));
        Assert.Null(reply.Refusal);
        return id;
    }

    /// <summary>Stores the folder of a program and submits its sweep. Returns the id.</summary>
    internal async Task<int> SubmitAsync(ProgramSweep sweep)
    {
        await _application.Services.GetRequiredService<IFolderStore>().AddAsync(sweep.Folder.Sha256, sweep.Folder.Bytes);
        return await SubmitAsync(sweep.Spec);
    }

    public async Task<SweepOverview> OverviewAsync(int id) => (await Reader.ListAsync()).Single(sweep => sweep.Id == id);

    public Task<SweepOverview> EndAsync(int id) =>
        UntilAsync(id, sweep => sweep.State is SweepState.Completed or SweepState.Cancelled, "the sweep to end");

    /// <summary>Waits until a sweep fulfils the condition.</summary>
    public async Task<SweepOverview> UntilAsync(int id, Predicate<SweepOverview> condition, string what)
    {
        SweepOverview? sweep = null;
        await Poll.UntilAsync(async () => condition(sweep = await OverviewAsync(id)), what, () => sweep);
        return sweep!;
    }

    public async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(ConnectionString);
        return [.. await Dapper.SqlMapper.QueryAsync<T>(connection, sql)];
    }

    /// <summary>Tells the silo to end, as a signal does.</summary>
    public void Stop() => _application.Lifetime.StopApplication();

    /// <summary>Waits until the silo has ended.</summary>
    public Task EndedAsync() => _ended.WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _ended;
        await _application.DisposeAsync();
    }
}
