using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Fuzzing;

/// <summary>The streams between a silo and its trainer, as each of them reads them.</summary>
public sealed class TrainerFrameTarget : FuzzTarget
{
    private static readonly TrialParameters Parameters = BuiltInParameters.Catalog.Complete(
        new Dictionary<string, ParameterValue> { ["fully_connected"] = new ParameterValue.Widths([64, 32]) }, seed: 7).ForModel();

    public override string Name => "trainer-frames";

    /// <summary>Both directions of two exchanges: one trains a trial, the other generates a text.</summary>
    public override IReadOnlyList<byte[]> Inputs { get; } =
    [
        Stream<TrainerCommand>(
            (new TrainerCommand.LoadDataset(new string('a', 64)), 400), (new TrainerCommand.LoadCheckpoint(new string('b', 64)), 200),
            (new TrainerCommand.Train(3_000_001, 2, Parameters, SplitKind.Tail, 0.25, new(Metric.ValAccuracy, Goal.Maximize), 30), 0),
            (new TrainerCommand.Stop(Checkpoint: true), 0)),
        Stream<TrainerEvent>(
            (new TrainerEvent.Ready("2.10.0", "cpu"), 0), (new TrainerEvent.EpochFinished(new(1, 1.0 / 3, 2.5, 0.4, 1e-4, 0.1, 1e6)), 0),
            (new TrainerEvent.CheckpointWritten(1, 17), 300),
            (new TrainerEvent.Succeeded(new(1.5, 0.25, 1e5, 44_332, 177_328, 333_312, 1900, 476, 1L << 33, "to be")), 0)),
        Stream<TrainerCommand>((new TrainerCommand.Generate("To be\n", 200, 0.8, 1), 0)),
        Stream<TrainerEvent>(
            (new TrainerEvent.Failed(FailureReason.OutOfMemory, "no memory"), 0), (new TrainerEvent.Stopped(), 0),
            (new TrainerEvent.Generated("To be or"), 0)),
    ];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "\u0001", "\0\0\0\0", "\0\0\0\u0001\0\0\0\u0002", "\u0001\u0002\0\0\0\0\0\0\0{}", "{", "}", "[", "]", "null", "true", "1e999", "-1",
        "9999999999", "\"", "\\u0000", "\\ud800", "\"type\":", "\"type\":\"train\",", "\"type\":\"epoch\",", ",", ":",
        "\"payload\"", "{\"type\":\"stop\",\"checkpoint\":true}", "\"$ref\":\"1\",", "\"$id\":\"1\",", "\"parameters\":null",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ];

    public override async Task ReadAsync(byte[] input)
    {
        await ReadAsAsync<TrainerCommand>(input);
        await ReadAsAsync<TrainerEvent>(input);
    }

    private static async Task ReadAsAsync<T>(byte[] input)
        where T : class
    {
        var stream = new MemoryStream(input);
        try
        {
            while (await Frame.ReadAsync<T>(stream, CancellationToken.None) is not null)
            {
            }
        }
        catch (ProtocolException)
        {
            // The reader may refuse an input.
        }
    }

    private static byte[] Stream<T>(params (T Message, int Bytes)[] messages)
        where T : class
    {
        var stream = new MemoryStream();
        foreach (var (message, bytes) in messages)
            Frame.WriteAsync(stream, message, new byte[bytes], CancellationToken.None).GetAwaiter().GetResult();
        return stream.ToArray();
    }
}
