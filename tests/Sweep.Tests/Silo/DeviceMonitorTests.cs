using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sweep.Grains;
using Sweep.Silo.Hosting;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Silo;

public sealed class DeviceMonitorTests : IDisposable
{
    private static readonly DeviceMeasurement Well = new([new("cuda:0", 1, 2, 0.5)], null);
    private static readonly DeviceMeasurement Ill = new([], "nvidia-smi ended with 9: no driver");

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-devices-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_output_of_the_program_gives_the_use_of_the_devices()
    {
        var measured = await Devices.MeasureAsync(StandIn("echo '0, GPU-1b3c, 1024, 81559, 37'"), cancellation: Cancellation);
        Assert.Equal([new DeviceUse("cuda:0", 1024L << 20, 81559L << 20, 0.37)], measured.Devices);
        Assert.Null(measured.Complaint);
    }

    [Theory]
    [InlineData("echo 'Failed to initialize NVML' >&2; exit 9", "nvidia-smi ended with 9: Failed to initialize NVML")]
    [InlineData("echo 'No devices were found'", "nvidia-smi lists no GPU: No devices were found")]
    // This program fills the 64 KiB of a pipe, so that it would hang if its output were not read.
    [InlineData("head -c 200000 /dev/zero | tr '\\0' x >&2; exit 1", "nvidia-smi ended with 1: xxx")]
    public async Task The_failure_of_the_program_is_a_complaint(string script, string complaint)
    {
        var measured = await Devices.MeasureAsync(StandIn(script), cancellation: Cancellation);
        Assert.Empty(measured.Devices);
        Assert.StartsWith(complaint, measured.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_with_its_children()
    {
        var program = StandIn($"echo $$ >{_folder}/parent; sleep 1000 & echo $! >{_folder}/child; wait");
        var measuring = Devices.MeasureAsync(program, TimeSpan.FromSeconds(2), cancellation: Cancellation);
        Assert.Equal("nvidia-smi did not answer within 2 s", (await measuring.WaitAsync(Poll.Patience, Cancellation)).Complaint);
        foreach (var name in new[] { "parent", "child" })
        {
            var id = int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, name), Cancellation), CultureInfo.InvariantCulture);
            // A process that has ended without its parent's wait has no command line.
            await Poll.UntilAsync(
                () => Task.FromResult(!File.Exists($"/proc/{id}/cmdline") || File.ReadAllText($"/proc/{id}/cmdline").Length == 0),
                $"the {name} to end");
        }
    }

    [Fact]
    public async Task Where_there_is_no_such_program_there_is_no_device_and_no_complaint()
    {
        var measured = await Devices.MeasureAsync(Path.Combine(_folder, "nothing"), cancellation: Cancellation);
        Assert.Empty(measured.Devices);
        Assert.Null(measured.Complaint);
    }

    [Fact]
    public async Task A_failure_does_not_end_the_metrics_and_is_logged_once_until_it_has_passed()
    {
        var (time, log, answers) = (new NoTime(), new Lines(), new Queue<DeviceMeasurement>([Well, Ill, Ill, Well, Ill, new([], null)]));
        await using var services = new ServiceCollection().AddMetrics().AddSingleton<SweepInstruments>().BuildServiceProvider();
        using var monitor = new DeviceMonitor(
            services.GetRequiredService<SweepInstruments>(), time, log, _ => Task.FromResult(answers.Dequeue()));
        await monitor.StartAsync(Cancellation);
        await monitor.ExecuteTask!.WaitAsync(Poll.Patience, Cancellation);
        Assert.Equal([5, 60, 60, 5, 60], time.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Equal(2, log.Said.Count(line => line.Contains("no driver", StringComparison.Ordinal)));
    }

    /// <summary>Writes a stand-in for nvidia-smi with this script. Returns its path.</summary>
    private string StandIn(string script)
    {
        var path = Path.Combine(_folder, "nvidia-smi");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Ends each pause at once and keeps its length.</summary>
    private sealed class NoTime : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private sealed class Lines : ILogger<DeviceMonitor>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Add(formatter(state, exception));
    }
}
