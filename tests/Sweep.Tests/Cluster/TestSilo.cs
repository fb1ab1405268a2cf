using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sweep.Contracts;
using Sweep.Domain.Sweeps;
using Sweep.Silo.Hosting;
using Sweep.Silo.Trainers;
using Sweep.Simulation;
using Sweep.Storage;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

/// <summary>A real silo in the process of the tests, on a database of its own, with simulated trainers.</summary>
public sealed class TestSilo : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly WebApplication _application;

    private TestSilo(WebApplication application, string connectionString, string dataset) =>
        (_application, ConnectionString, Dataset) = (application, connectionString, dataset);

    public string ConnectionString { get; }

    public string Dataset { get; }

    public SweepReader Reader => _application.Services.GetRequiredService<SweepReader>();

    public HttpClient Http => new() { BaseAddress = new Uri(_application.Urls.Single()) };

    public static async Task<TestSilo> StartAsync(PostgresServer server, SimulatedTrainers trainers, int slots = 2, string? connectionString = null)
    {
        connectionString ??= await server.NewDatabaseAsync();
        await using var source = Database.Open(connectionString);
        await Migrator.MigrateAsync(source);
        var text = "to be or not to be"u8.ToArray();
        var dataset = Convert.ToHexStringLower(SHA256.HashData(text));
        await new DatasetStore(source).AddAsync(dataset, "simulated", text);
        var application = SiloHost.Build(
            new SweepSiloOptions { Postgres = connectionString }, Devices.ForSlots([], slots, 1), services => services.Replace(ServiceDescriptor.Singleton<ITrainerFactory>(trainers)));
        await application.StartAsync();
        await application.Services.GetRequiredService<Readiness>().WaitAsync(TestContext.Current.CancellationToken);
        return new(application, connectionString, dataset);
    }

    public ISweepGrain Sweep(int id) => _application.Services.GetRequiredService<IGrainFactory>().GetGrain<ISweepGrain>(id);

    /// <summary>Submits a sweep and answers its id.</summary>
    public async Task<int> SubmitAsync(SweepSpec spec)
    {
        var id = await Reader.NextSweepIdAsync();
        var reply = await Sweep(id).Submit(new(spec.ToJson(), ExactName: true));
        Assert.Null(reply.Refusal);
        return id;
    }

    public async Task<SweepOverview> OverviewAsync(int id) => (await Reader.ListAsync()).Single(sweep => sweep.Id == id);

    public Task<SweepOverview> EndAsync(int id) => UntilAsync(id, sweep => sweep.State is SweepState.Completed or SweepState.Cancelled, "the sweep to end");

    /// <summary>Waits for what a sweep is to become.</summary>
    public async Task<SweepOverview> UntilAsync(int id, Predicate<SweepOverview> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var sweep = await OverviewAsync(id);
            if (condition(sweep))
                return sweep;
            Assert.False(limit.IsCancellationRequested, $"waited {Patience.TotalSeconds} s for {what}; found {sweep}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(ConnectionString);
        return [.. await Dapper.SqlMapper.QueryAsync<T>(connection, sql)];
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }
}
