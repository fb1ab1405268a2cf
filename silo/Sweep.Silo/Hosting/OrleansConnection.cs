using Sweep.Storage;

namespace Sweep.Silo.Hosting;

/// <summary>Sees to it that Orleans has its connection to the database before it starts.</summary>
internal sealed class OrleansConnection(SweepSiloOptions options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Database.ReserveForOrleansAsync(options.Postgres, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
