using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Npgsql;
using Sweep.Silo.Hosting;
using Sweep.Storage;
using Sweep.Storage.Migrations;

const int WrongInput = 2;
const int Unreachable = 3;

SweepSiloOptions options;
try
{
    options = SweepSiloOptions.From(new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables("SWEEP_")
        .AddCommandLine(args)
        .Build());
}
catch (ValidationException error)
{
    Console.Error.WriteLine(error.Message);
    return WrongInput;
}

try
{
    await using var source = Database.Open(options.Postgres);
    await Migrator.MigrateAsync(source);
}
catch (Exception error) when (error is NpgsqlException or DatabaseVersionException or ArgumentException)
{
    Console.Error.WriteLine($"postgres: the cluster's database cannot be used: {error.Message}");
    return Unreachable;
}

var found = options.Devices?.Split(',') ?? [.. (await Devices.UseAsync()).Select(device => device.Name)];
await using var silo = SiloHost.Build(options, Devices.ForSlots(found, options.Slots, Environment.ProcessorCount));
await silo.StartAsync();
await silo.Services.GetRequiredService<Readiness>().WaitAsync(CancellationToken.None);
Console.Out.WriteLine("READY " + JsonSerializer.Serialize(new { http = silo.HttpPort() }));
await silo.WaitForShutdownAsync();
return 0;
