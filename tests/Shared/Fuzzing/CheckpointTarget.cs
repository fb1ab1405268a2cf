using System.Buffers.Binary;
using System.Text.Json;
using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Trainer;
using Sweep.Trainer.Checkpoints;

namespace Sweep.Fuzzing;

/// <summary>The bytes of a checkpoint, as a trainer reads them after it has checked their hash.</summary>
public sealed class CheckpointTarget : FuzzTarget
{
    public override string Name => "checkpoint";

    public override IReadOnlyList<byte[]> Inputs { get; } = [Whole()];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\\"", "\\ud800", "null", "-1", "0", "1e9", "9223372036854775807",
        "4611686018427387904", "F32", "F64", "I64", "BF16", "\"dtype\":", "\"shape\":", "\"data_offsets\":",
        "__metadata__", "sweep-checkpoint-1", "\\\"epoch\\\":", "\\\"parameters\\\":", "\\\"characters\\\":", "\0", "\u0001",
        "\0\0\0\0\0\0\0\0",
    ];

    public override Task ReadAsync(byte[] input)
    {
        try
        {
            _ = CheckpointHeader.Of(new SafeTensorsFile(input)).Trial();
        }
        catch (TrainerException error) when (!error.Message.Contains('\n'))
        {
            // The reader may refuse an input.
        }

        return Task.CompletedTask;
    }

    private static byte[] Whole()
    {
        var trial = BuiltInParameters.Catalog.Complete(new Dictionary<string, ParameterValue>(), seed: 7).ForModel();
        var header = new CheckpointHeader(
            3, 17, new(2, 1.5, 1.5), 12.5, 0.25, trial.ToJson(), SplitKind.Random, 0.2, new string('a', 64), "\n abcé\U0001d518");
        var json = JsonText(header.ToMetadata());
        var file = new byte[sizeof(long) + json.Length + 12];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, sizeof(long));
        return file;
    }

    private static byte[] JsonText(Dictionary<string, string> metadata) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            [SafeTensors.MetadataKey] = metadata,
            ["model.bias"] = new { dtype = "F32", shape = new[] { 1 }, data_offsets = new[] { 0, 4 } },
            ["optimizer.steps"] = new { dtype = "I64", shape = new[] { 1 }, data_offsets = new[] { 4, 12 } },
        });
}
