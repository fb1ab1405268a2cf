using Sweep.Grains;

namespace Sweep.Silo.Hosting;

/// <summary>Asks the GPUs every few seconds what they do; ends at once where there is none.</summary>
internal sealed class DeviceMonitor(SweepInstruments instruments, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await Devices.UseAsync(stoppingToken) is { Count: > 0 } devices)
        {
            instruments.DevicesSeen(devices);
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
        }
    }
}
