using System.Text;
using System.Text.Json;
using Npgsql;
using Sweep.Silo.Hosting;
using Sweep.Silo.Monitoring;
using Sweep.Silo.Worker;
using Sweep.Storage.Connections;

// The log and the parent expect UTF-8, whatever the locale is.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
PostgresEnvironment.Forget();
using var shutdown = new Shutdown(Shutdown.Limit, SiloExit.Now);
try
{
    return await RunAsync(args, shutdown);
}
catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
{
    // The silo was stopped before it took any work.
    return SiloExit.Drained;
}
catch (Exception error)
{
    var fault = SiloFault.Of(error);
    Console.Error.WriteLine(fault.Line);
    return fault.ExitCode;
}

static async Task<int> RunAsync(string[] arguments, Shutdown shutdown)
{
    var options = SweepSiloOptions.From(SiloConfiguration.Read(arguments));
    var measured = await Devices.MeasureAsync(cancellation: shutdown.Token);
    if (measured.Complaint is { } unmeasured && options.Devices is null)
        Console.Error.WriteLine($"devices: {unmeasured}; this silo trains on the CPU. Name the GPUs if they work: --devices cuda:0");
    var chosen = options.Devices?.Split(',') ?? [.. measured.Devices.Select(device => device.Name)];
    var devices = Devices.ForSlots(chosen, options.Slots, options.SlotsPerGpu, Environment.ProcessorCount);
    Devices.Require(devices, measured.Devices);
    OpenFiles.Require(devices.Count);

    await using var silo = SiloHost.Build(options, devices);
    shutdown.Govern(silo.Lifetime);
    // Trainers load their libraries while the silo joins its cluster.
    silo.Services.GetService<WorkerService>()?.Warm();
    // The parent writes a line when the database is ready. At the end of the input the parent is gone. Reading the console blocks.
    if (options.Parent is not null && await Task.Run(Console.In.ReadLine).WaitAsync(shutdown.Token) is null)
        return SiloExit.Drained;

    var clock = silo.Services.GetRequiredService<DatabaseClock>();
    var database = new DatabaseStart(
        silo.Services.GetRequiredService<NpgsqlDataSource>(),
        clock,
        TimeSpan.FromSeconds(options.Wait),
        TimeProvider.System,
        Console.Error.WriteLine);
    await database.RunAsync(shutdown.Token);
    if (clock.Complaint is { } complaint)
        Console.Error.WriteLine($"silo: {complaint}. Silos tell by the clock which of them live.");
    await silo.StartAsync(shutdown.Token);
    await silo.Services.GetRequiredService<Readiness>().WaitAsync(shutdown.Token);
    Console.Out.WriteLine("READY " + JsonSerializer.Serialize(new { name = silo.SiloName(), http = silo.HttpPort() }));
    await silo.WaitForShutdownAsync();
    return SiloExit.Drained;
}
