using System.ComponentModel.DataAnnotations;
using Npgsql;
using Sweep.Silo.Hosting;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Silo;

/// <summary>Tests that nothing in a silo's surroundings that belongs to other programs changes the silo.</summary>
public sealed class SurroundingsTests(PostgresServer server)
{
    [Fact]
    public async Task Files_of_the_current_folder_and_variables_of_other_programs_have_no_effect()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-silo-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), "{ broken", TestContext.Current.CancellationToken);
        var database = await server.NewDatabaseAsync();
        using (var silo = SiloRun.Start(
            database, [], null, folder,
            ("Logging__LogLevel__Default", "Trace"), ("Orleans__ClusterId", "other"),
            ("Kestrel__Endpoints__Other__Url", "http://127.0.0.1:1"), ("ASPNETCORE_URLS", "http://127.0.0.1:1"),
            ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", "Nobody"), ("DOTNET_ENVIRONMENT", "Development")))
        {
            await silo.ReadyAsync();
            Assert.DoesNotContain(
                new DirectoryInfo($"/proc/{silo.Id}/fd").EnumerateFiles(),
                file => file.LinkTarget?.Contains("inotify", StringComparison.Ordinal) == true);
            silo.Send(SiloRun.Terminate);
            Assert.Equal(0, await silo.EndAsync());
            // Orleans' watchdog writes nothing either, though it takes the machine's uptime for a stall.
            Assert.All(silo.Errors, line => Assert.StartsWith("info: Sweep.", line, StringComparison.Ordinal));
        }

        Directory.Delete(folder, recursive: true);
        await using var source = NpgsqlDataSource.Create(database);
        await using var members = source.CreateCommand("select string_agg(distinct deployment_id, ' ') from orleans_members");
        Assert.Equal("sweep", await members.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_broken_file_of_options_beside_the_program_is_refused_in_one_line()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-silo-").FullName;
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{ "slots": 4 }""");
        Assert.Equal("4", SiloConfiguration.Read([], folder)["slots"]);
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), "{ broken");
        var message = Assert.Throws<ValidationException>(() => SiloConfiguration.Read([], folder)).Message;
        Directory.Delete(folder, recursive: true);
        Assert.StartsWith($"appsettings.json: found {folder}/appsettings.json, which cannot be read (", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public async Task Too_few_open_files_are_refused_with_the_number_that_is_needed()
    {
        using var silo = SiloRun.Start("Host=/nowhere", [], ["sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"]);
        await silo.RefusesAsync(2, "open files: this process may have 256 open, and a silo with 0 slots needs 512; raise the limit");
    }
}
