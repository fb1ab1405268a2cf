using Sweep.Client.Programs;
using Sweep.Silo.Trainers;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Programs;

/// <summary>A silo that takes programs, with real runners, and a folder for sweep files.</summary>
internal sealed class ProgramSilo : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-programs-").FullName;

    private ProgramSilo(TestSilo silo) => Silo = silo;

    public TestSilo Silo { get; }

    public static async Task<ProgramSilo> StartAsync(PostgresServer server, int slots = 1, bool programs = true) =>
        new(await StartSiloAsync(server, slots, programs));

    /// <summary>Starts another silo of the same cluster.</summary>
    public Task<TestSilo> JoinAsync(PostgresServer server) => StartSiloAsync(server, slots: 1, programs: true, Silo.ConnectionString);

    private static Task<TestSilo> StartSiloAsync(PostgresServer server, int slots, bool programs, string? connectionString = null) =>
        TestSilo.StartAsync(
            server,
            new(),
            slots,
            connectionString,
            change: options => options.Programs = programs,
            others: new TrainerProcessFactory(trainer: null, runner: null, programs: true, threads: 1, TimeProvider.System));

    /// <summary>Reads a sweep file.</summary>
    /// <param name="text">The file without its name and program.</param>
    /// <param name="script">The program, for which python3 is called; a program in sh where <paramref name="shell"/> is set.</param>
    public async Task<ProgramSweep> LoadAsync(string name, string text, string script, bool shell = false, string program = "epochs: 3")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "trial"), script);
        var command = shell ? "[sh, trial, '{parameters}']" : "[python3, trial, '{parameters}']";
        var file = Path.Combine(folder, "sweep.yaml");
        await File.WriteAllTextAsync(file, $"name: {name}\nprogram: {{ command: {command}, {program} }}\n{text}");
        return (await ProgramSweep.LoadAsync(file, [], TestContext.Current.CancellationToken))!;
    }

    /// <summary>Path of a file in a folder that programs may write to, and that is removed in the end.</summary>
    public string Join(string name) => Path.Combine(_folder, name);

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
