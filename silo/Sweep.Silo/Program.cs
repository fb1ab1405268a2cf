using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using Npgsql;
using Sweep.Security;
using Sweep.Silo.Hosting;
using Sweep.Silo.Worker;
using Sweep.Storage;
using Sweep.Storage.Migrations;

const int WrongInput = 2;
const int Unusable = 3;

// What a log and the parent read is UTF-8, whatever the locale says.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
PostgresEnvironment.Forget();
SweepSiloOptions options;
IReadOnlyList<string> devices;
try
{
    options = SweepSiloOptions.From(new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables("SWEEP_")
        .AddConfiguration(SiloCommandLine.Parse(args))
        .Build());
    var measured = await Devices.MeasureAsync();
    if (measured.Complaint is { } complaint && options.Devices is null)
        Console.Error.WriteLine($"devices: {complaint}; this silo trains on the CPU. Name the GPUs if they work: --devices cuda:0");
    devices = Devices.ForSlots(options.Devices?.Split(',') ?? [.. measured.Devices.Select(device => device.Name)], options.Slots, options.SlotsPerGpu, Environment.ProcessorCount);
    Devices.RequireMemory(devices, measured.Devices);
    options.FindAddress();
    options.FindHttpEndpoint();
    options.ReadDashboardPassword();
    options.OpenCertificates();
}
catch (ValidationException error)
{
    Console.Error.WriteLine(error.Message);
    return WrongInput;
}
catch (CertificateException error)
{
    Console.Error.WriteLine(error.Message);
    return Unusable;
}

await using var silo = SiloHost.Build(options, devices);
// Trainers load their libraries while the silo joins its cluster.
silo.Services.GetService<WorkerService>()?.Warm();
// The parent says when the database stands. At the end of the input there is nobody to work for.
if (options.Parent is not null && await Console.In.ReadLineAsync() is null)
    return 0;

try
{
    await Migrator.MigrateAsync(silo.Services.GetRequiredService<NpgsqlDataSource>());
}
catch (Exception error) when (error is NpgsqlException or DatabaseVersionException or PoolerException)
{
    Console.Error.WriteLine($"postgres: the cluster's database cannot be used: {DatabaseFault.Explain(error)}");
    return Unusable;
}

try
{
    await silo.StartAsync();
}
catch (NpgsqlException error)
{
    Console.Error.WriteLine($"postgres: the cluster's database went away while the silo joined: {DatabaseFault.Explain(error)}");
    return Unusable;
}

await silo.Services.GetRequiredService<Readiness>().WaitAsync(CancellationToken.None);
Console.Out.WriteLine("READY " + JsonSerializer.Serialize(new { name = silo.SiloName(), http = silo.HttpPort() }));
await silo.WaitForShutdownAsync();
return 0;
