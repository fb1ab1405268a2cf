using Npgsql;
using Sweep.Storage;

namespace Sweep.Silo.Hosting;

/// <summary>Removes the remains of deleted sweeps when the command that deleted them was interrupted.</summary>
internal sealed partial class DeletedSweepsWatch(
    DeletedSweeps deleted, TimeProvider time, ILogger<DeletedSweepsWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long the command that deletes a sweep removes the sweep's trials alone. After this time this service removes them too.
    /// </summary>
    private static readonly TimeSpan Head = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var sweep in await deleted.PendingAsync(Head, stoppingToken))
                    await EraseAsync(sweep, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException error)
            {
                LogLater(error.Message);
            }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EraseAsync(int sweep, CancellationToken stopping)
    {
        var erased = 0;
        while (await deleted.EraseAsync(sweep, stopping) is > 0 and var trials)
            erased += trials;
        LogErased(sweep, erased);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What was left of deleted sweep {Sweep} is removed: {Trials} trials")]
    private partial void LogErased(int sweep, int trials);

    [LoggerMessage(Level = LogLevel.Debug, Message = "What is left of deleted sweeps is removed later: {Error}")]
    private partial void LogLater(string error);
}
