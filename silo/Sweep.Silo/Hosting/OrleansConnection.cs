using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Hosting;

/// <summary>Orleans' own connections to the database. One is opened before Orleans starts, since Orleans would not wait for it.</summary>
internal sealed class OrleansConnection(SweepSiloOptions options) : IHostedService, IAsyncDisposable
{
    public NpgsqlDataSource Source { get; } = Database.OpenForOrleans(options.Postgres);

    public Task StartAsync(CancellationToken cancellationToken) => Database.ReserveAsync(Source, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
