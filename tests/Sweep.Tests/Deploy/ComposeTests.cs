using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Deploy;

public sealed partial class ComposeTests
{
    private const string OneMachine = "docker-compose.yml";
    private const string OtherMachine = "deploy/compose.worker.yaml";

    [Theory]
    [InlineData(OneMachine, "cpu")]
    [InlineData(OneMachine, "gpu")]
    [InlineData(OneMachine, "client")]
    [InlineData(OtherMachine, "cpu")]
    [InlineData(OtherMachine, "gpu")]
    public async Task Compose_finds_nothing_wrong(string file, string profile)
    {
        var answer = await ComposeFile.ConfigAsync(file, profile, "--quiet");
        Assert.Equal((0, "", ""), (answer.Code, answer.Output, answer.Error));
    }

    [Theory]
    [InlineData(OneMachine, 10)]
    [InlineData(OtherMachine, 2)]
    public async Task Every_service_is_hardened(string file, int services)
    {
        var compose = await ComposeFile.RenderAsync(file);
        Assert.Equal(services, compose.Services.Count);
        Assert.All(compose.Services, service =>
        {
            var (name, settings) = service;
            Assert.True(settings["read_only"]?.GetValue<bool>() == true, $"{name} writes to its root");
            Assert.Equal(["ALL"], ComposeFile.List(settings, "cap_drop"));
            Assert.Null(settings["cap_add"]);
            Assert.Null(settings["privileged"]);
            Assert.Equal(["no-new-privileges:true"], ComposeFile.List(settings, "security_opt"));
            Assert.Matches("^[1-9][0-9]+:[1-9][0-9]+$", settings["user"]?.ToString());
            Assert.True(settings["mem_limit"] is not null, $"{name} has no memory limit");
            Assert.True(settings["pids_limit"] is not null, $"{name} has no limit of processes");
            Assert.DoesNotContain(
                ComposeFile.List(settings, "volumes"), volume => volume.Contains("docker.sock", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(OtherMachine)]
    public async Task Every_service_that_keeps_running_has_a_health_check(string file) =>
        Assert.All((await ComposeFile.RenderAsync(file)).Lasting, service => Assert.NotNull(service.Value["healthcheck"]?["test"]));

    [Fact]
    public async Task Services_start_when_those_that_they_need_are_healthy()
    {
        var compose = await ComposeFile.RenderAsync(OneMachine);
        Assert.Equal(compose.Services.Count, compose.Lasting.Count() + compose.Once.Count());
        // A service waits until the ones that run once have succeeded and the others are healthy. It must not be content with a service
        // that has merely started.
        Assert.All(compose.Services, service => Assert.All(ComposeFile.Waits(service.Value), wait => Assert.Equal(
            compose.Once.Any(once => once.Key == wait.Service) ? "service_completed_successfully" : "service_healthy", wait.Condition)));
        Assert.Equal(
            ["secrets", "postgres", "migrate", "control", "worker"],
            Chain(compose, "worker"));
        Assert.Contains("migrate", ComposeFile.Waits(compose.Services["grafana"]).Select(wait => wait.Service));
    }

    [Fact]
    public async Task Only_Grafana_and_the_ports_of_clients_are_published_and_only_to_this_machine()
    {
        var published = (await ComposeFile.RenderAsync(OneMachine)).Services.SelectMany(
            service => ComposeFile.List(service.Value, "ports"), (service, port) => $"{service.Key} {port}");
        Assert.Equal(["grafana 127.0.0.1:3000:3000/tcp", "postgres 127.0.0.1:5432:5432/tcp"], published.Order());
    }

    [Fact]
    public async Task Silos_are_in_a_network_that_nothing_outside_reaches()
    {
        var compose = await ComposeFile.RenderAsync(OneMachine);
        Assert.True(compose["networks"]["cluster"]!["internal"]!.GetValue<bool>());
        Assert.All(
            ["control", "worker", "worker-gpu"],
            name => Assert.Equal(["cluster"], compose.Services[name]["networks"]!.AsObject().Select(network => network.Key)));
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(OtherMachine)]
    public async Task Silos_have_longer_to_end_than_their_trials_to_write_checkpoints(string file) =>
        Assert.All(Silos(await ComposeFile.RenderAsync(file)), silo => Assert.Equal("45s", silo["stop_grace_period"]!.ToString()));

    [Fact]
    public async Task Secrets_are_files_and_each_service_sees_its_own_only()
    {
        var compose = await ComposeFile.RenderAsync(OneMachine);
        Assert.All(compose.Services, service =>
        {
            var (name, settings) = service;
            Assert.All(settings["environment"]?.AsObject() ?? [], variable =>
                Assert.True(
                    !SecretName().IsMatch(variable.Key) || variable.Value!.ToString().StartsWith('/'),
                    $"{name}: {variable.Key} is no file"));
            var secrets = ComposeFile.List(settings, "volumes")
                .Where(volume => volume.Contains("-secrets:", StringComparison.Ordinal))
                .ToList();
            if (name != "secrets")
                Assert.True(
                    secrets.Count <= 1 && secrets.TrueForAll(volume => volume.EndsWith(":ro", StringComparison.Ordinal)),
                    $"{name}: {string.Join(", ", secrets)}");
        });
        Assert.Equal(
            ["secrets"],
            compose.Services
                .Where(service => ComposeFile.List(service.Value, "volumes")
                    .Any(volume => volume.StartsWith("authority:", StringComparison.Ordinal)))
                .Select(service => service.Key));
        Assert.Equal("none", compose.Services["secrets"]["network_mode"]!.ToString());
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(OtherMachine)]
    public async Task Every_image_has_a_version(string file) =>
        Assert.All(
            (await ComposeFile.RenderAsync(file)).Services, service => Assert.Matches(@":v?\d+\.\d+", service.Value["image"]!.ToString()));

    [Fact]
    public async Task The_cpu_trains_unless_the_gpu_is_asked_for()
    {
        var compose = await ComposeFile.RenderAsync(OneMachine);
        Assert.Contains(
            "\nCOMPOSE_PROFILES=cpu\n", await File.ReadAllTextAsync(RepositoryFolder.Join(".env"), TestContext.Current.CancellationToken));
        Assert.Equal(
            ["client client", "dcgm gpu", "worker cpu", "worker-gpu gpu"],
            compose.Services
                .Where(service => service.Value["profiles"] is not null)
                .Select(service => $"{service.Key} {string.Join(',', ComposeFile.List(service.Value, "profiles"))}")
                .Order());
        Assert.Equal(
            ["dcgm", "worker-gpu"],
            compose.Services
                .Where(service =>
                    service.Value["deploy"]?["resources"]?["reservations"]?["devices"]?[0]?["driver"]?.ToString() == "nvidia")
                .Select(service => service.Key)
                .Order());
    }

    [Theory]
    [InlineData(OneMachine)]
    [InlineData(OtherMachine)]
    public async Task Workers_run_no_programs_unless_one_variable_turns_it_on(string file)
    {
        var workers = (await ComposeFile.RenderAsync(file)).Services.Where(
            service => service.Key.StartsWith("worker", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, workers.Count);
        Assert.All(workers, worker => Assert.Equal("false", worker.Value["environment"]!["SWEEP_PROGRAMS"]!.ToString()));
        Assert.Contains(
            "SWEEP_PROGRAMS:-false",
            await File.ReadAllTextAsync(RepositoryFolder.Join(file), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_key_is_refused()
    {
        var file = Path.Combine(Path.GetTempPath(), $"compose-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(
            file,
            (await File.ReadAllTextAsync(RepositoryFolder.Join(OneMachine), TestContext.Current.CancellationToken))
                .Replace("read_only:", "readonly:", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        var answer = await ComposeFile.ConfigAsync(file, "cpu", "--quiet");
        File.Delete(file);
        Assert.NotEqual(0, answer.Code);
        Assert.Contains("readonly", answer.Error, StringComparison.Ordinal);
    }

    /// <summary>Follows the first service that each one waits for. Returns the chain, which ends with the service itself.</summary>
    private static IEnumerable<string> Chain(ComposeFile compose, string service) =>
        ComposeFile.Waits(compose.Services[service]).Take(1).SelectMany(wait => Chain(compose, wait.Service)).Append(service);

    private static List<JsonObject> Silos(ComposeFile compose)
    {
        var silos = compose.Services.Values
            .Where(service => service["healthcheck"]?["test"]?.ToJsonString().Contains("/app/healthy", StringComparison.Ordinal) == true)
            .ToList();
        Assert.True(silos.Count >= 2, $"found {silos.Count}");
        return silos;
    }

    [GeneratedRegex("PASSWORD|SECRET|TOKEN|KEY", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
