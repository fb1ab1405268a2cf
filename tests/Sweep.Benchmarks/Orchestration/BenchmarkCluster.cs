using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Contracts;
using Sweep.Domain.Stopping;
using Sweep.Silo.Hosting;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;
using Sweep.Simulation;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Storage.Reading;

namespace Sweep.Benchmarks.Orchestration;

/// <summary>Silos with simulated trainers in this process, with a private PostgreSQL that uses fsync, as for users.</summary>
internal sealed class BenchmarkCluster : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly PrivatePostgres _server;
    private readonly NpgsqlDataSource _source;
    private readonly string _dataset;
    private readonly string? _certificates;
    private readonly List<WebApplication> _silos = [];

    private BenchmarkCluster(PrivatePostgres server, NpgsqlDataSource source, string dataset, string? certificates) =>
        (_server, _source, _dataset, _certificates) = (server, source, dataset, certificates);

    /// <param name="configure">Makes last changes to each silo's services.</param>
    /// <param name="certificates">Folder of the silos' certificates, for TLS between them; null for none.</param>
    public static async Task<BenchmarkCluster> StartAsync(
        string folder, int silos, int slots, Action<IServiceCollection>? configure = null, string? certificates = null)
    {
        var server = await PrivatePostgres.StartAsync(folder);
        var source = Database.Open(server.ConnectionString);
        await Migrator.MigrateAsync(source);
        var text = "to be or not to be"u8.ToArray();
        var dataset = Convert.ToHexStringLower(SHA256.HashData(text));
        await new DatasetStore(source).AddAsync(dataset, "simulated", text);
        var cluster = new BenchmarkCluster(server, source, dataset, certificates);
        for (var silo = 0; silo < silos; silo++)
            await cluster.AddSiloAsync(slots, configure);
        return cluster;
    }

    /// <summary>Address of the first silo's HTTP endpoints.</summary>
    public Uri Http => new(_silos[0].Urls.Single());

    public IGrainFactory Grains => _silos[0].Services.GetRequiredService<IGrainFactory>();

    /// <summary>Submits a sweep, and waits until it is over.</summary>
    /// <returns>The sweep's id.</returns>
    public async Task<int> RunAsync(int trials, int epochs, IReadOnlyList<StopSpec>? stop = null)
    {
        var id = await new SweepReader(_source).NextSweepIdAsync();
        var spec = SimulatedSweep.Spec(string.Create(CultureInfo.InvariantCulture, $"simulated-{id}"), _dataset, trials, epochs) with
        {
            Stop = stop,
        };
        var reply = await Grains.GetGrain<ISweepGrain>(id).Submit(new(spec.ToJson(), ExactName: true));
        if (reply.Refusal is { } refusal)
            throw new InvalidOperationException(refusal);
        // The query reads a single row by its key, so it hardly affects the measurement.
        while (await ScalarAsync($"select count(*) from sweeps where id = {id} and state in ('completed', 'cancelled')") == 0)
            await Task.Delay(Look);
        return id;
    }

    /// <summary>Returns the single whole number of a query.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.StopAsync();
            await silo.DisposeAsync();
        }

        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task AddSiloAsync(int slots, Action<IServiceCollection>? configure)
    {
        var silo = SiloHost.Build(
            new SweepSiloOptions { Postgres = _server.ConnectionString, Certificates = _certificates },
            Devices.ForSlots([], slots, slotsPerGpu: 1, cores: 1),
            services =>
            {
                services.Replace(ServiceDescriptor.Singleton<ITrainerFactory>(new SimulatedTrainers()));
                configure?.Invoke(services);
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Sweep", LogLevel.Warning));
            });
        _silos.Add(silo);
        await silo.StartAsync();
        await silo.Services.GetRequiredService<Readiness>().WaitAsync(CancellationToken.None);
    }
}
