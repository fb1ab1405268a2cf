using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace Sweep.Tests.Deploy;

/// <summary>A compose file as docker-compose renders it, with its variables replaced and its shared parts merged.</summary>
internal sealed class ComposeFile
{
    private static readonly ConcurrentDictionary<string, Task<ComposeFile>> Rendered = new();

    private readonly JsonNode _root;

    private ComposeFile(string yaml) =>
        _root = JsonNode.Parse(
            new SerializerBuilder()
                .JsonCompatible()
                .Build()
                .Serialize(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(yaml)))!;

    public IReadOnlyDictionary<string, JsonObject> Services =>
        _root["services"]!.AsObject().ToDictionary(service => service.Key, service => service.Value!.AsObject());

    public JsonNode this[string key] => _root[key]!;

    /// <summary>The services that <c>docker compose up</c> keeps running, without those that run once or are started by hand.</summary>
    public IEnumerable<KeyValuePair<string, JsonObject>> Lasting =>
        Services.Where(service => service.Value["restart"]?.ToString() == "unless-stopped");

    public IEnumerable<KeyValuePair<string, JsonObject>> Once => Services.Where(service => service.Value["restart"]?.ToString() == "no");

    /// <summary>The services that must be in a condition before this service starts.</summary>
    public static IEnumerable<(string Service, string Condition)> Waits(JsonObject service) =>
        service["depends_on"]?.AsObject().Select(other => (other.Key, other.Value!["condition"]!.ToString())) ?? [];

    public static IReadOnlyList<string> List(JsonObject service, string key) =>
        service[key]?.AsArray().Select(item => item!.ToString()).ToList() ?? [];

    public static Task<DeployProgram.Answer> ConfigAsync(string file, string profile, params string[] options) => DeployProgram.RunAsync(
        "docker-compose", "docker-compose", ["--file", file, "--profile", profile, "config", .. options], ("SWEEP_ADDRESS", "10.0.0.7"),
        ("SWEEP_DATABASE", "10.0.0.5"));

    /// <summary>Renders each file only once, since docker-compose takes a second for it.</summary>
    public static Task<ComposeFile> RenderAsync(string file) => Rendered.GetOrAdd(file, async name =>
    {
        var answer = await ConfigAsync(name, "gpu");
        Assert.True(answer.Code == 0, answer.Error);
        return new(answer.Output);
    });
}
