using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;
using Sweep.Contracts;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Tests.Search;
using Sweep.Trainer.Checkpoints;

namespace Sweep.Tests.Recorded;

/// <summary>
/// Checks that the present version reads what every released version wrote: silos, clients and trainers of two versions meet during an
/// upgrade, and a database outlives many versions.
/// </summary>
public sealed class RecordedMessageTests
{
    private const string Messages = "messages";
    private const string Calls = "calls";
    private const string Frames = "frames";
    private const string Stored = "stored";

    private static readonly Assembly[] Assemblies = [typeof(ISweepGrain).Assembly, typeof(ISchedulerGrain).Assembly];
    private static readonly Serializer Serializer = new ServiceCollection()
        .AddSerializer()
        .BuildServiceProvider()
        .GetRequiredService<Serializer>();

    [Fact]
    public void Messages_between_silos_and_clients_are_read_with_their_values() =>
        EachIs(Messages, (_, bytes) => Serializer.Deserialize<object>(bytes)!);

    [Fact]
    public void Calls_between_silos_and_clients_are_read_with_their_arguments() =>
        EachIs(Calls, (_, bytes) => Describe((IInvokable)Serializer.Deserialize<object>(bytes)!));

    [Fact]
    public void Frames_between_silos_and_trainers_are_read_with_their_values() => EachIs(Frames, (name, bytes) => Read(name, bytes));

    [Fact]
    public void Stored_columns_are_read_with_their_values() => EachIs(Stored, Parse);

    [Fact]
    public async Task Everything_that_this_version_writes_is_recorded()
    {
        var missing = new List<string>();
        foreach (var (kind, name, value, write) in Written())
        {
            if (!await RecordedFiles.IsThereAsync(kind, name, value, write))
                missing.Add($"{kind}/{name}");
        }

        Assert.True(
            missing.Count == 0,
            $"version {RecordedFiles.Version} has no recording of {string.Join(", ", missing)}: "
                + "run this test once with SWEEP_RECORD=1 and commit the files");
    }

    [Fact]
    public void Members_that_a_newer_side_adds_are_ignored_and_members_that_an_older_one_lacks_have_their_defaults()
    {
        var serializer = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var newer = serializer.GetRequiredService<Serializer<NewerMessage>>();
        var older = serializer.GetRequiredService<Serializer<OlderMessage>>();
        Assert.Equal(new(7, "worker"), older.Deserialize(newer.SerializeToArray(new(7, "worker", ["a", "b"], new(3, LaterKind.Third)))));
        Assert.Equal(new(7, "worker", null, null), newer.Deserialize(older.SerializeToArray(new(7, "worker"))));
    }

    [Fact]
    public async Task Members_that_a_newer_trainer_adds_to_a_frame_are_ignored()
    {
        foreach (var (version, name) in RecordedFiles.All(Frames))
        {
            var bytes = RecordedFiles.Bytes(version, Frames, name);
            var length = BitConverter.ToInt32(bytes, 1);
            var json = JsonNode.Parse(bytes.AsSpan(Frame.HeaderLength, length))!.AsObject();
            json["added_later"] = new JsonObject { ["type"] = "newer" };
            var changed = Encoding.UTF8.GetBytes(json.ToJsonString());
            byte[] longer =
            [
                bytes[0], .. BitConverter.GetBytes(changed.Length), .. bytes[5..Frame.HeaderLength], .. changed,
                .. bytes[(Frame.HeaderLength + length)..],
            ];
            RecordedFiles.AssertHolds(version, Frames, name, await ReadAsync(name, longer));
        }
    }

    private static void EachIs(string kind, Func<string, byte[], object> read)
    {
        var recordings = RecordedFiles.All(kind).ToList();
        Assert.NotEmpty(recordings);
        foreach (var (version, name) in recordings)
            RecordedFiles.AssertHolds(version, kind, name, read(name, RecordedFiles.Bytes(version, kind, name)));
    }

    /// <summary>
    /// Returns a sample of everything that is sent or stored. The types of messages, calls and frames are found by reflection, so that
    /// a new one needs no line here.
    /// </summary>
    private static IEnumerable<(string Kind, string Name, object Value, Func<Task<byte[]>> Write)> Written()
    {
        foreach (var type in Assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null
                && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !typeof(IInvokable).IsAssignableFrom(type)))
        {
            var message = Sample.Of(type, type.Name)!;
            yield return (
                Messages, type.GetCustomAttribute<AliasAttribute>()!.Alias, message,
                () => Task.FromResult(Serializer.SerializeToArray<object>(message)));
        }

        foreach (var type in Assemblies
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => typeof(IInvokable).IsAssignableFrom(type) && !type.IsAbstract))
        {
            var call = Sampled(type);
            yield return (
                Calls, $"{call.GetInterfaceName()}.{call.GetMethodName()}", Describe(call),
                () => Task.FromResult(Serializer.SerializeToArray<object>(call)));
        }

        foreach (var type in (Type[])[.. typeof(TrainerCommand).GetNestedTypes(), .. typeof(TrainerEvent).GetNestedTypes()])
        {
            var message = Sample.Of(type, type.Name)!;
            var payload = Encoding.UTF8.GetBytes(type.Name);
            yield return (
                Frames, $"{type.DeclaringType!.Name}.{type.Name}", new Framed(message, payload), () => WriteAsync(message, payload));
        }

        yield return (Stored, "spec", ParseSpec(Spec().ToJson()), () => Task.FromResult(Encoding.UTF8.GetBytes(Spec().ToJson())));
        var parameters = (TrialParameters)Sample.Of(typeof(TrialParameters), "parameters")!;
        yield return (Stored, "params", parameters, () => Task.FromResult(Encoding.UTF8.GetBytes(parameters.ToJson())));
        yield return (
            Stored, "params-full-batch", parameters with { BatchSize = null },
            () => Task.FromResult(Encoding.UTF8.GetBytes((parameters with { BatchSize = null }).ToJson())));
        var result = (TrialResult)Sample.Of(typeof(TrialResult), "result")!;
        yield return (Stored, "result", result, () => Task.FromResult(JsonSerializer.SerializeToUtf8Bytes(result)));
        var header = (CheckpointHeader)Sample.Of(typeof(CheckpointHeader), "checkpoint")!;
        yield return (Stored, "checkpoint", header, () => Task.FromResult(SafeTensorsWriter.Write(header.ToMetadata(), [])));
    }

    private static IInvokable Sampled(Type type)
    {
        var call = (IInvokable)RuntimeHelpers.GetUninitializedObject(type);
        foreach (var (index, parameter) in call.GetMethod().GetParameters()
            .Where(parameter => parameter.ParameterType != typeof(CancellationToken))
            .Index())
            call.SetArgument(index, Sample.Of(parameter.ParameterType, parameter.Name!)!);
        return call;
    }

    private static Called Describe(IInvokable call) => new(
        call.GetInterfaceName(), call.GetMethodName(),
        [
            .. call.GetMethod()
                .GetParameters()
                .Where(parameter => parameter.ParameterType != typeof(CancellationToken))
                .Index()
                .Select(parameter => call.GetArgument(parameter.Index)),
        ]);

    private static object Read(string name, byte[] bytes) => ReadAsync(name, bytes).GetAwaiter().GetResult();

    private static async Task<object> ReadAsync(string name, byte[] bytes)
    {
        var stream = new MemoryStream(bytes);
        if (name.StartsWith(nameof(TrainerCommand), StringComparison.Ordinal))
            return await Frame.ReadAsync<TrainerCommand>(stream, TestContext.Current.CancellationToken) is var (command, text)
                ? new Framed(command, text)
                : "nothing";
        return await Frame.ReadAsync<TrainerEvent>(stream, TestContext.Current.CancellationToken) is var (happened, payload)
            ? new Framed(happened, payload)
            : "nothing";
    }

    private static async Task<byte[]> WriteAsync(object message, byte[] payload)
    {
        var stream = new MemoryStream();
        if (message is TrainerCommand command)
            await Frame.WriteAsync(stream, command, payload, TestContext.Current.CancellationToken);
        else
            await Frame.WriteAsync(stream, (TrainerEvent)message, payload, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static object Parse(string name, byte[] bytes) => name switch
    {
        "spec" => ParseSpec(Encoding.UTF8.GetString(bytes)),
        "result" => JsonSerializer.Deserialize<TrialResult>(bytes)!,
        "checkpoint" => CheckpointHeader.Of(new SafeTensorsFile(bytes)),
        _ => TrialParameters.FromJson(Encoding.UTF8.GetString(bytes)),
    };

    /// <summary>Returns a spec as it is read and the trials that it plans, since an upgrade must not change what a sweep trains.</summary>
    private static StoredSpec ParseSpec(string json)
    {
        var spec = SweepSpec.FromJson(json);
        return new(JsonNode.Parse(spec.ToJson())!, [.. SearchMethods.For(spec).Trials().Select(trial => JsonNode.Parse(trial.ToJson())!)]);
    }

    private static SweepSpec Spec() => Spaces.Spec(
        Spaces.Of(
            Spaces.Choice("cell", Spaces.Word("rnn"), Spaces.Word("lstm")),
            Spaces.Range("layers", 1, 2, step: 1),
            Spaces.Choice("dropout", Spaces.Whole(0), ParameterValue.Of(0.5)).When(("layers", [Spaces.Whole(2)])),
            Spaces.Range("learning_rate", 1e-3, 1e-1, Scale.Log, count: 3),
            Spaces.Choice("fully_connected", Spaces.Widths(64, 32)),
            Spaces.Choice("batch_size", Spaces.Word("full"), Spaces.Whole(16))),
        new(MethodKind.Random, 12),
        SplitKind.Tail,
        new(Metric.ValAccuracy, Goal.Maximize)) with
    {
        Resources = new(2, 8, -1, ["gpu=h200"]),
        Checkpoint = new(0.5, 3),
    };

    private sealed record Framed(object Message, byte[] Payload);

    private sealed record Called(string Interface, string Method, object?[] Arguments);

    private sealed record StoredSpec(JsonNode Spec, JsonNode[] Trials);
}

[GenerateSerializer, Immutable, Alias("sweep.tests.OlderMessage")]
internal sealed record OlderMessage([property: Id(0)] int Number, [property: Id(1)] string Text);

[GenerateSerializer, Immutable, Alias("sweep.tests.NewerMessage")]
internal sealed record NewerMessage(
    [property: Id(0)] int Number, [property: Id(1)] string Text, [property: Id(2)] string[]? Labels, [property: Id(3)] LaterMessage? Later);

[GenerateSerializer, Immutable, Alias("sweep.tests.LaterMessage")]
internal sealed record LaterMessage([property: Id(0)] int Number, [property: Id(1)] LaterKind Kind);

internal enum LaterKind { First, Second, Third }
