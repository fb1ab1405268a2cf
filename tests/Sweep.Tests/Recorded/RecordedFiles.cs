using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sweep.Domain.Trials;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Recorded;

/// <summary>
/// Everything that the versions of the program have written, as bytes and as the values that the bytes mean, in
/// tests/Sweep.Tests/Recorded/VERSION/. SWEEP_RECORD=1 records what has no file yet for the present version.
/// </summary>
internal static class RecordedFiles
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(), new MetricConverter() },
    };

    /// <summary>The version of this build, of three numbers.</summary>
    public static string Version { get; } = typeof(TrialId).Assembly.GetName().Version!.ToString(3);

    private static string Root => RepositoryFolder.Join("tests", "Sweep.Tests", "Recorded");

    /// <summary>Returns every recording of this kind: its version, which is its folder, and its name.</summary>
    public static IEnumerable<(string Version, string Name)> All(string kind) =>
        from version in Directory.GetDirectories(Root).Select(Path.GetFileName)
        let folder = Path.Combine(Root, version, kind)
        where Directory.Exists(folder)
        from file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
        select (version, Path.GetFileNameWithoutExtension(file));

    public static byte[] Bytes(string version, string kind, string name) =>
        File.ReadAllBytes(Path.Combine(Root, version, kind, name + ".bin"));

    /// <summary>Records a value of the present version if it has no recording yet and SWEEP_RECORD=1.</summary>
    /// <returns>Whether the value has a recording.</returns>
    public static async Task<bool> IsThereAsync(string kind, string name, object value, Func<Task<byte[]>> write)
    {
        var folder = Path.Combine(Root, Version, kind);
        var (bytes, values) = (Path.Combine(folder, name + ".bin"), Path.Combine(folder, name + ".json"));
        if (Environment.GetEnvironmentVariable("SWEEP_RECORD") == "1" && !File.Exists(values))
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(bytes, await write());
            await File.WriteAllTextAsync(values, JsonSerializer.Serialize(value, value.GetType(), Json) + "\n");
        }

        return File.Exists(bytes) && File.Exists(values);
    }

    /// <summary>Checks that each recorded value is read today. Members that came later may stand beside them.</summary>
    public static void AssertHolds(string version, string kind, string name, object found)
    {
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, version, kind, name + ".json")));
        var today = JsonSerializer.SerializeToNode(found, found.GetType(), Json);
        Assert.True(Holds(expected, today), $"{kind}/{name} of {version}: found {today}, expected {expected}");
    }

    /// <param name="more">Whether a list may have grown, as the arguments of a call may.</param>
    private static bool Holds(JsonNode? expected, JsonNode? found, bool more = false) => (expected, found) switch
    {
        (JsonObject one, JsonObject other) => one.All(member =>
            other.TryGetPropertyValue(member.Key, out var value) && Holds(member.Value, value, more: member.Key == "Arguments")),
        (JsonArray one, JsonArray other) => (one.Count == other.Count || (more && one.Count < other.Count))
            && one.Zip(other).All(pair => Holds(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(expected, found),
    };

    /// <summary>Writes a metric as version 0.1.0 recorded it, where a metric was a member of an enumeration.</summary>
    private sealed class MetricConverter : JsonConverter<Metric>
    {
        public override Metric Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Metric value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Concat(value.Name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));
    }
}
