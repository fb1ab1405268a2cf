using Npgsql;
using Sweep.Silo.Hosting;
using Sweep.Storage;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// Notices that the table of members has gone back to an older version, which happens when a standby without the last changes takes over.
/// </summary>
internal sealed partial class StandbyWatch(
    MembershipStore store, IClusterMembershipService membership, TimeProvider time, ILogger<StandbyWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await store.CatchUpAsync(SiloHost.Cluster, membership.CurrentSnapshot.Version.Value, stoppingToken))
                    LogWentBack();
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // HealthWatch reports that the database is away.
            }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message =
            "The database lacks changes that it had stored: a standby took over without them. " +
            "What is missing of trials is trained again; orders of the last seconds may have to be repeated.")]
    private partial void LogWentBack();
}
