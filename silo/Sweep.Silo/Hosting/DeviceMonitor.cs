using Sweep.Grains;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Asks the GPUs every few seconds what they do; ends at once where there is none. When they cannot be measured it says so once, shows nothing in place
/// of old numbers, and asks again more seldom.
/// </summary>
/// <param name="measure">Asks once; <see cref="Devices.MeasureAsync"/> when null.</param>
internal sealed partial class DeviceMonitor(
    SweepInstruments instruments, TimeProvider time, ILogger<DeviceMonitor> logger, Func<CancellationToken, Task<DeviceMeasurement>>? measure = null)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    private readonly Func<CancellationToken, Task<DeviceMeasurement>> _measure = measure ?? (cancellation => Devices.MeasureAsync(cancellation: cancellation));

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
            await Task.Delay(complaint is null ? Every : AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The GPUs cannot be measured, so their metrics are left out: {Complaint}. It is tried again every minute.")]
    private partial void LogNotMeasured(string complaint);
}
