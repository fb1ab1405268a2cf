using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Client.Weights;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Tests.Client;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Models;
using Sweep.Trainer.Training;
using static TorchSharp.torch;

namespace Sweep.Tests.Trainer;

/// <summary>
/// The weights of a trial as other programs get them. The files are read here by code of their own, and the programs of the README are
/// compiled and run.
/// </summary>
[Collection(TorchCollection.Name)]
public sealed class TrialWeightsTests
{
    public static TheoryData<CellKind, int, int[]> Models() => new()
    {
        { CellKind.Rnn, 1, [] },
        { CellKind.Lstm, 2, [7, 5] },
        { CellKind.Gru, 1, [6] },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void The_file_has_the_best_weights_of_the_checkpoint_bit_for_bit(CellKind cell, int layers, int[] widths)
    {
        var checkpoint = Trained(cell, layers, widths);
        var weights = TrialWeights.OfCheckpoint(checkpoint)!;

        var (before, after) = (Tensors(checkpoint), Tensors(weights.File));
        Assert.Equal(
            before.Where(tensor => tensor.Key.StartsWith("best.", StringComparison.Ordinal)).Select(tensor => tensor.Key["best.".Length..]),
            after.Keys);
        Assert.All(after, tensor => Equal(before[$"best.{tensor.Key}"], tensor.Value));
        Assert.NotEqual(before["model.embedding.weight"].Bytes, after["embedding.weight"].Bytes);
        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(weights.File)) % 8);
        Assert.Equal(weights.File, TrialWeights.OfCheckpoint(checkpoint)!.File);
        var again = TrialWeights.Of(weights.File);
        Assert.Equal((weights.Epoch, weights.Parameters.ToJson()), (again.Epoch, again.Parameters.ToJson()));
        Assert.Equal(weights.Vocabulary.Characters, again.Vocabulary.Characters);
    }

    [Fact]
    public void A_checkpoint_before_the_first_epochs_end_has_no_best_weights()
    {
        using var text = TextWindowsTests.Load(TrialOrders.Text(310));
        using var state = new TrainingState(TrialOrders.Order(TrialOrders.Parameters(CellKind.Rnn)), text, CPU);

        Assert.Null(TrialWeights.OfCheckpoint(state.Save()));
    }

    [Fact]
    public void Other_bytes_are_refused_in_a_sentence()
    {
        var checkpoint = Trained(CellKind.Rnn, 1, []);
        foreach (var bytes in new[] { [], checkpoint[..100], TrialWeights.OfCheckpoint(checkpoint)!.File })
            Assert.DoesNotContain('\n', Assert.Throws<InvalidDataException>(() => TrialWeights.OfCheckpoint(bytes)).Message);
        Assert.Throws<InvalidDataException>(() => TrialWeights.Of(checkpoint));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task The_program_for_TorchSharp_gives_the_same_scores(CellKind cell, int layers, int[] widths)
    {
        using var folder = await DownloadedAsync(Trained(cell, layers, widths));
        var program = await CompiledAsync(folder, Code(folder.Readme, "csharp"));
        using var scope = NewDisposeScope();

        var model = Activator.CreateInstance(program.GetType("CharacterModel", throwOnError: true)!, folder.Join("model.safetensors"))!;
        var scores = ((nn.Module<Tensor, Tensor>)model).call(Windows(folder.Weights));

        Assert.True(scores.allclose(Expected(folder.Weights), rtol: 1e-5, atol: 1e-6), $"{scores - Expected(folder.Weights)}");
    }

    /// <summary>The package safetensors is replaced by a reader of this test where only torch is there.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public async Task The_program_for_PyTorch_gives_the_same_scores(CellKind cell, int layers, int[] widths)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(
            folder => File.Exists(Path.Combine(folder, "python3"))) && (await RunAsync("python3", "/", "-c", "import torch")).Succeeded,
            "python3 has no torch");
        using var folder = await DownloadedAsync(Trained(cell, layers, widths));
        using var scope = NewDisposeScope();
        File.WriteAllText(folder.Join("next.py"), Code(folder.Readme, "python"));
        if (!(await RunAsync("python3", "/", "-c", "import safetensors.torch")).Succeeded)
        {
            Directory.CreateDirectory(folder.Join("safetensors"));
            File.WriteAllText(folder.Join("safetensors/torch.py"), Reader);
        }

        var ids = JsonSerializer.Serialize(Windows(folder.Weights).data<long>().ToArray());
        var (succeeded, said) = await RunAsync(
            "python3", folder.Path, "-c",
            $"import next, torch, json; print(json.dumps(next.read()(torch.tensor({ids}).reshape(3, -1)).flatten().tolist()))");

        Assert.True(succeeded, said);
        var scores = tensor(JsonSerializer.Deserialize<double[]>(said)!, float32).reshape(3, -1);
        Assert.True(scores.allclose(Expected(folder.Weights), rtol: 1e-5, atol: 1e-6), $"{scores - Expected(folder.Weights)}");
    }

    /// <summary>Stops a training that began from weights in its first and in its second epoch.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_training_that_began_from_weights_goes_on_bit_for_bit(bool fewerCharacters)
    {
        var weights = TrialWeights.OfCheckpoint(Trained(CellKind.Lstm, 2, [7]))!;
        var parameters = weights.Parameters with { Epochs = 3, LearningRate = 0.01, Dropout = 0.3, Seed = 5 };
        var content = TrialOrders.Text(310);
        if (fewerCharacters)
            content = string.Concat(content.Where(character => character is not ('a' or ' ')));

        var whole = Begun(content, parameters, weights.File, int.MaxValue);
        Assert.Equal([1, 2, 3], whole.Epochs.Select(epoch => epoch.Epoch));
        Assert.NotEqual(whole.Epochs[0].TrainLoss, Begun(content, parameters, null, int.MaxValue).Epochs[0].TrainLoss);
        foreach (var question in new[] { 0, 3, 12 })
        {
            var before = Begun(content, parameters, weights.File, question);
            var after = Begun(content, parameters, before.Checkpoint, int.MaxValue);

            Assert.Equal(Losses(whole.Epochs), Losses([.. before.Epochs, .. after.Epochs]));
            Assert.Equal(ResumeTests.Tensors(whole.Checkpoint), ResumeTests.Tensors(after.Checkpoint));
        }
    }

    [Fact]
    public void A_training_begins_with_the_weights_and_a_new_optimizer()
    {
        var checkpoint = Trained(CellKind.Gru, 1, []);
        var weights = TrialWeights.OfCheckpoint(checkpoint)!;

        var begun = Tensors(Begun(TrialOrders.Text(310), weights.Parameters, weights.File, stopAt: 0).Checkpoint);

        Assert.All(Tensors(weights.File), tensor => Equal(tensor.Value, begun[$"model.{tensor.Key}"]));
        Assert.All(
            begun.Where(tensor => tensor.Key.StartsWith("optimizer.", StringComparison.Ordinal)),
            tensor => Assert.All(tensor.Value.Bytes, value => Assert.Equal(0, value)));
    }

    private static (List<EpochMetrics> Epochs, byte[] Checkpoint) Begun(
        string content, TrialParameters parameters, byte[]? from, int stopAt)
    {
        using var text = TextWindowsTests.Load(content);
        var (epochs, checkpoint, questions) = (new List<EpochMetrics>(), Array.Empty<byte>(), 0);
        Attempt.Run(
            TrialOrders.Order(parameters), text, from is null ? null : new SafeTensorsFile(from), CPU,
            new("2.10.0", "processor", "AVX2", Threads: 1, "cpu"), new TrainerLog(TextWriter.Null),
            (message, payload) =>
            {
                if (message is TrainerEvent.EpochFinished epoch)
                    epochs.Add(epoch.Report);
                if (message is TrainerEvent.CheckpointWritten)
                    checkpoint = payload;
            },
            () => questions++ == stopAt ? new TrainerCommand.Stop(Checkpoint: true) : null);
        return (epochs, checkpoint);
    }

    private static (int, double, double, double)[] Losses(IEnumerable<EpochMetrics> epochs) =>
        [.. epochs.Select(epoch => (epoch.Epoch, epoch.TrainLoss, epoch.ValLoss, epoch.ValAccuracy))];

    private const string Reader =
        """
        import json, struct, torch

        def load_file(path):
            with open(path, "rb") as file:
                data = file.read()
            begin = 8 + struct.unpack("<q", data[:8])[0]
            return {
                name: torch.frombuffer(bytearray(data[begin + entry["data_offsets"][0]:begin + entry["data_offsets"][1]]),
                                       dtype=torch.float32).reshape(entry["shape"])
                for name, entry in json.loads(data[8:begin]).items() if name != "__metadata__"
            }
        """;

    /// <summary>Trains until the last epoch is not the best one, and returns the last checkpoint.</summary>
    private static byte[] Trained(CellKind cell, int layers, int[] widths)
    {
        using var scope = NewDisposeScope();
        using var text = TextWindowsTests.Load(TrialOrders.Text(310));
        // The step is so large that the loss rises again.
        var trial = TrialOrders.Order(TrialOrders.Parameters(cell) with
        {
            Layers = layers,
            FullyConnected = widths,
            Epochs = 12,
            LearningRate = 0.1,
        });
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, CPU);
        byte[] last = [];
        new TrainingLoop(
            trial, windows, state, TimeProvider.System,
            (message, payload) => last = message is TrainerEvent.CheckpointWritten ? payload : last,
            () => null).Run();
        return last;
    }

    private static Tensor Windows(TrialWeights weights) =>
        (arange(3 * weights.Parameters.SequenceLength, int64) % weights.Vocabulary.Size).reshape(3, -1);

    /// <summary>The scores of the model that was trained.</summary>
    private static Tensor Expected(TrialWeights weights)
    {
        using var _ = no_grad();
        using var model = new CharacterModel(ModelShape.Of(weights.Parameters, weights.Vocabulary.Size), dropout: 0, seed: 1, CPU);
        foreach (var (name, (_, shape, bytes)) in Tensors(weights.File))
            model.Parameters[name].copy_(tensor(MemoryMarshal.Cast<byte, float>(bytes).ToArray()).reshape(shape));
        return model.Logits(Windows(weights));
    }

    internal static void Equal((string Type, long[] Shape, byte[] Bytes) expected, (string Type, long[] Shape, byte[] Bytes) found)
    {
        Assert.Equal(expected.Type, found.Type);
        Assert.Equal(expected.Shape, found.Shape);
        Assert.Equal(expected.Bytes, found.Bytes);
    }

    /// <summary>Reads a safetensors file without the code that is tested.</summary>
    internal static OrderedDictionary<string, (string Type, long[] Shape, byte[] Bytes)> Tensors(byte[] file)
    {
        var begin = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var tensors = new OrderedDictionary<string, (string, long[], byte[])>();
        foreach (var entry in JsonDocument.Parse(file.AsMemory(8, begin - 8)).RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
                continue;
            var offsets = entry.Value.GetProperty("data_offsets").Deserialize<int[]>()!;
            tensors.Add(entry.Name, (
                entry.Value.GetProperty("dtype").GetString()!,
                entry.Value.GetProperty("shape").Deserialize<long[]>()!,
                file[(begin + offsets[0])..(begin + offsets[1])]));
        }

        return tensors;
    }

    private static string Code(string readme, string language) =>
        Regex.Match(readme, $"```{language}\n(.*?)\n```", RegexOptions.Singleline).Groups[1].Value;

    private static async Task<Downloaded> DownloadedAsync(byte[] checkpoint)
    {
        var folder = new Downloaded(TrialWeights.OfCheckpoint(checkpoint)!);
        await WeightsFolder.WriteAsync(
            folder.Path, folder.Weights, WeightsReadme.Of(Samples.Overview(), Samples.Trial(1, TrialState.Succeeded), folder.Weights),
            TestContext.Current.CancellationToken);
        return folder;
    }

    /// <summary>Compiles a program as the SDK does for a project with TorchSharp.</summary>
    private static async Task<Assembly> CompiledAsync(Downloaded folder, string code)
    {
        File.WriteAllText(folder.Join("next.cs"), $"""
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            {code}
            """);
        var known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':');
        File.WriteAllLines(folder.Join("next.rsp"), [.. known.Select(path => $"-r:\"{path}\""), "-nullable+", "-out:next.dll", "next.cs"]);
        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        var compiler = Directory.GetFiles(Path.Combine(dotnet, "sdk"), "csc.dll", SearchOption.AllDirectories).Order().Last();
        var (succeeded, said) = await RunAsync(Path.Combine(dotnet, "dotnet"), folder.Path, compiler, "@next.rsp");
        Assert.True(succeeded, said);
        return Assembly.LoadFile(folder.Join("next.dll"));
    }

    private static async Task<(bool Succeeded, string Said)> RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode == 0, said + (process.ExitCode == 0 ? "" : await errors));
    }

    private sealed class Downloaded(TrialWeights weights) : IDisposable
    {
        public TrialWeights Weights => weights;

        public string Path { get; } = Directory.CreateTempSubdirectory("sweep-download-").FullName;

        public string Readme => File.ReadAllText(Join("README.md"));

        public string Join(string name) => System.IO.Path.Combine(Path, name);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
