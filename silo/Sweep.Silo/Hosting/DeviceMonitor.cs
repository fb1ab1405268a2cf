using Sweep.Grains;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Measures the GPUs every few seconds, and ends at once on a machine without GPUs. When they cannot be measured, it logs one warning,
/// shows no numbers instead of old ones, and measures less often.
/// </summary>
/// <param name="measure">Measures the GPUs once; <see cref="Devices.MeasureAsync"/> when null.</param>
internal sealed partial class DeviceMonitor(
    SweepInstruments instruments, TimeProvider time, ILogger<DeviceMonitor> logger,
    Func<CancellationToken, Task<DeviceMeasurement>>? measure = null)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    private readonly Func<CancellationToken, Task<DeviceMeasurement>> _measure = measure
        ?? (cancellation => Devices.MeasureAsync(cancellation: cancellation));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? told = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var (devices, complaint) = await _measure(stoppingToken);
            if (devices.Count == 0 && complaint is null)
                return;
            instruments.DevicesSeen(devices);
            if (complaint is not null && told is null)
                LogNotMeasured(complaint);
            told = complaint;
            await Task.Delay(complaint is null ? Every : AfterFailure, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The GPUs cannot be measured, so their metrics are left out: {Complaint}. It is tried again every minute.")]
    private partial void LogNotMeasured(string complaint);
}
