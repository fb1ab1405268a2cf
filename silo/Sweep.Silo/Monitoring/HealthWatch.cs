using Npgsql;
using Sweep.Grains;
using Sweep.Storage.Connections;
using Sweep.Storage.Reading;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// Checks every few seconds whether the database answers, how far its clock differs, and how much disk space is left.
/// </summary>
internal sealed partial class HealthWatch(
    HealthReader reader, SweepInstruments instruments, DatabaseClock clock, DatabasePresence database, TimeProvider time,
    ILogger<HealthWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        FullServer.Announce = LogFull;
        var agreed = clock.Complaint is null;
        while (!stoppingToken.IsCancellationRequested)
        {
            DatabaseHealth? health = null;
            try
            {
                var asked = time.GetUtcNow();
                health = await reader.ReadAsync(stoppingToken);
                database.IsAway = false;
                clock.Measure(asked, health.Clock, time.GetUtcNow());
                if (agreed && clock.Complaint is { } complaint)
                    LogClock(complaint);
                agreed = clock.Complaint is null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                if (!database.IsAway)
                    LogDatabaseAway(error.Message);
                database.IsAway = true;
            }

            instruments.DatabaseSeen(health is not null, health?.Bytes);
            instruments.DiskSeen(Disk());
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Space, in bytes, on the disk of the temporary folder, where epochs wait while the database is away for long; null when unknown.
    /// </summary>
    private static (long Free, long Size)? Disk()
    {
        try
        {
            var drive = new DriveInfo(Path.GetTempPath());
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
