using System.Buffers.Binary;
using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Protocol;

public sealed class FrameTests
{
    private static readonly TrialParameters Parameters = BuiltInParameters.Catalog.Complete(
        new Dictionary<string, ParameterValue>
        {
            ["batch_size"] = new ParameterValue.Word("full"),
            ["fully_connected"] = new ParameterValue.Widths([64, 32]),
        },
        seed: 7).ForModel();

    private static readonly TrainerCommand[] Commands =
    [
        new TrainerCommand.LoadDataset("abc"),
        new TrainerCommand.LoadCheckpoint("abc"),
        new TrainerCommand.Train(3_000_001, 2, Parameters, SplitKind.Tail, 0.25, new(Metric.ValAccuracy, Goal.Maximize), 30),
        new TrainerCommand.GoOn(),
        new TrainerCommand.Stop(Checkpoint: true),
        new TrainerCommand.Generate("To be\n", 200, 0.8, long.MaxValue),
        new TrainerCommand.LoadFolder("abc"),
        new TrainerCommand.RunProgram(
            "own/3", 2, ["python3", "train.py", "é😀"], """{"learning_rate":0.001}""", long.MaxValue,
            new(new("val_f1"), Goal.Maximize),
            new(["python3"], Environment: new Dictionary<string, string> { ["LEVEL"] = "1" }, TimeLimit: 60, Capture: ["(?<val_f1>.+)"]),
            100, 30, [1, 3]),
    ];

    private static readonly TrainerEvent[] Events =
    [
        new TrainerEvent.Ready("2.10.0", "cpu"),
        new TrainerEvent.Began(new("2.10.0", "AMD EPYC", "AVX2", 2, "cuda:0", "NVIDIA H100", "580.1")),
        new TrainerEvent.EpochFinished(new(1, 1.0 / 3, 2.5, 0.4, 1e-4, 0.1, 1e6)),
        new TrainerEvent.CheckpointWritten(3, 17),
        new TrainerEvent.Succeeded(new(1.5, 0.25, 1e5, 44_332, 177_328, 333_312, 1900, 476, 1L << 33, "é😀\u0000")),
        new TrainerEvent.Failed(FailureReason.OutOfMemory, "no memory"),
        new TrainerEvent.Stopped(),
        new TrainerEvent.Progress(0.25),
        new TrainerEvent.Generated("text"),
        new TrainerEvent.Reported(3, 0.5, new Dictionary<string, double> { ["val_f1"] = 1.0 / 3 }),
        new TrainerEvent.ProgramEnded(new(1.5, 0.25, 1L << 33)),
    ];

    [Fact]
    public async Task Every_message_comes_back_in_order_with_its_bytes_and_then_the_stream_ends()
    {
        await EachComesBackAsync(Commands);
        await EachComesBackAsync(Events);
    }

    [Fact]
    public void Every_kind_of_message_is_tested()
    {
        Assert.Equal(Kinds<TrainerCommand>(), Commands.Select(message => message.GetType()).ToHashSet());
        Assert.Equal(Kinds<TrainerEvent>(), Events.Select(message => message.GetType()).ToHashSet());
        static HashSet<Type> Kinds<T>() => [.. typeof(T).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(T)))];
    }

    [Fact]
    public async Task A_stream_that_gives_one_byte_at_a_time_is_read_whole()
    {
        var bytes = await WriteAsync(Commands[2], [1, 2, 3]);
        var read = await Frame.ReadAsync<TrainerCommand>(new Trickle(bytes), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], read!.Value.Payload);
    }

    [Fact]
    public async Task Every_cut_within_a_message_is_refused()
    {
        var bytes = await WriteAsync(Commands[0], [1, 2, 3]);
        for (var length = 1; length < bytes.Length; length++)
            await RefusedAsync(bytes[..length], "The stream ended within a ");
    }

    [Fact]
    public async Task Another_version_is_refused_and_named()
    {
        var bytes = await WriteAsync(Commands[0], []);
        bytes[0] = 9;
        await RefusedAsync(bytes, "Found protocol version 9; this side speaks 1.");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(Frame.MaxJsonLength + 1, 0)]
    [InlineData(2, -1)]
    [InlineData(2, Frame.MaxPayloadLength + 1)]
    [InlineData(int.MaxValue, int.MinValue)]
    public async Task Lengths_beyond_the_limits_are_refused_before_anything_is_allocated(int json, int payload) =>
        await RefusedAsync(Header(json, payload), $"Found lengths {json} and {payload}; the limits are ");

    [Fact]
    public async Task A_message_beyond_the_limits_is_not_written()
    {
        var stream = new MemoryStream();
        var error = await Assert.ThrowsAsync<ProtocolException>(() => Frame.WriteAsync(
            stream, new TrainerEvent.Generated(new string('x', Frame.MaxJsonLength)), default, TestContext.Current.CancellationToken));
        Assert.StartsWith("Generated has lengths ", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public async Task Bytes_that_are_only_announced_are_not_allocated()
    {
        var json = "{\"type\":\"stop\",\"checkpoint\":true}";
        byte[] bytes = [.. Header(json.Length, Frame.MaxPayloadLength), .. Encoding.UTF8.GetBytes(json), 1, 2, 3];
        // All reads end at once and so run on this thread, whose allocations are counted.
        var before = GC.GetAllocatedBytesForCurrentThread();
        await RefusedAsync(bytes, "The stream ended within a message.");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public async Task Bytes_of_several_parts_come_back()
    {
        byte[] payload = [.. Enumerable.Range(0, (5 << 20) + 3).Select(place => (byte)(place * 7 / 3))];
        var read = await Frame.ReadAsync<TrainerCommand>(
            new MemoryStream(await WriteAsync(Commands[0], payload)), TestContext.Current.CancellationToken);
        Assert.True(payload.AsSpan().SequenceEqual(read!.Value.Payload));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"unheard-of\"}")]
    [InlineData("{\"type\":\"stop\",\"checkpoint\":3}")]
    [InlineData("not json")]
    public async Task Bytes_that_are_no_message_are_refused(string json) =>
        await RefusedAsync([.. Header(json.Length, 0), .. Encoding.UTF8.GetBytes(json)], "");

    [Fact]
    public async Task Random_bytes_are_refused_as_protocol_errors()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var bytes = Enumerable.Range(0, 1 + (seed % 40)).Select(index => (byte)SplitMix64.Bits(seed, index, 0)).ToArray();
            // Half of the inputs begin with a valid header, so that the code behind the header is reached too.
            await RefusedAsync(seed % 2 == 0 ? bytes : [.. Header(bytes.Length, 0), .. bytes], "");
        }
    }

    private static async Task EachComesBackAsync<T>(T[] messages)
        where T : class
    {
        var stream = new MemoryStream();
        foreach (var (index, message) in messages.Index())
            await Frame.WriteAsync(stream, message, Payload(index), TestContext.Current.CancellationToken);
        stream.Position = 0;
        foreach (var (index, message) in messages.Index())
        {
            var read = await Frame.ReadAsync<T>(stream, TestContext.Current.CancellationToken);
            Assert.Equivalent(message, read!.Value.Message, strict: true);
            Assert.Equal(message.GetType(), read.Value.Message.GetType());
            Assert.Equal(Payload(index), read.Value.Payload);
        }

        Assert.Null(await Frame.ReadAsync<T>(stream, TestContext.Current.CancellationToken));

        static byte[] Payload(int index) => [.. Enumerable.Range(0, index * 1000).Select(number => (byte)number)];
    }

    private static async Task<byte[]> WriteAsync(TrainerCommand message, byte[] payload)
    {
        var stream = new MemoryStream();
        await Frame.WriteAsync(stream, message, payload, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static byte[] Header(int json, int payload)
    {
        var header = new byte[Frame.HeaderLength];
        header[0] = Frame.Version;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(1), json);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(5), payload);
        return header;
    }

    private static async Task RefusedAsync(byte[] bytes, string message)
    {
        var error = await Assert.ThrowsAsync<ProtocolException>(
            () => Frame.ReadAsync<TrainerCommand>(new MemoryStream(bytes), TestContext.Current.CancellationToken));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A stream that returns one byte a read.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
