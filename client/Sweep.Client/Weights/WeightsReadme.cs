using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Models;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Storage.Reading;

namespace Sweep.Client.Weights;

/// <summary>The README beside the weights of a trial: what they are, and programs that load them.</summary>
internal static class WeightsReadme
{
    /// <summary>A longer vocabulary is in its file only.</summary>
    private const int MostCharacters = 256;

    public static string Of(SweepOverview sweep, TrialSummary trial, TrialWeights weights)
    {
        var parameters = weights.Parameters;
        var content = new SafeTensors(weights.File);
        var tensors = new OutputTable(
            [new("tensor", "tensor"), new("shape", "shape"), new("type", "type")],
            [.. content.Tensors.Select(
                tensor => (IReadOnlyList<object?>)[tensor.Key, $"({string.Join(", ", tensor.Value.Shape)})", tensor.Value.Type])]);
        var characters = weights.Vocabulary.Size <= MostCharacters ? $"\n\n```json\n{WeightsFolder.Vocabulary(weights)}\n```" : "";
        return $"""
            # {sweep.Name}/{trial.Number}

            A model of the next character, trained on {Markdown.Plain(sweep.Spec.Dataset.Name)}. `{WeightsFolder.ModelFile}` has the
            weights of epoch {weights.Epoch}, the best of those so far by {PlainText.Of(sweep.Spec.Objective.Metric)}; the last epoch may
            be a later one.

            The model takes the ids of {parameters.SequenceLength} characters, int64 (batch, length), and gives the scores of the next one,
            float32 (batch, {weights.Vocabulary.Size}). It was trained on windows of this length, each from a zero state.

            ## Tensors

            {Markdown.Table(tensors)}

            ## Vocabulary

            `{WeightsFolder.VocabularyFile}` has {weights.Vocabulary.Size} characters. The id of a character is its place, from
            0.{characters}

            ## Trial

            {Markdown.Table(TrialFacts.Of(trial, sweep.Spec))}

            ## PyTorch

            With the packages torch and safetensors, in this folder: `python3 next.py "some text"` prints the character that is most
            likely next.

            ```python
            {PyTorch(weights)}
            ```

            ## TorchSharp

            With the package TorchSharp-cpu, in this folder: `dotnet run -- "some text"` prints the character that is most likely next.

            ```csharp
            {TorchSharp(weights)}
            ```

            """;
    }

    private static string PyTorch(TrialWeights weights)
    {
        var (shape, parameters) = (Shape(weights), weights.Parameters);
        return $$"""
            import json
            import sys

            import torch
            from safetensors.torch import load_file


            class CharacterModel(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embedding = torch.nn.Embedding({{shape.Vocabulary}}, {{shape.HiddenSize}})
                    self.recurrent = torch.nn.{{Module(shape.Cell)}}(
                        {{shape.HiddenSize}}, {{shape.HiddenSize}}, num_layers={{shape.Layers}}, batch_first=True)
                    self.head = torch.nn.ModuleList([
                        {{string.Join($",\n            ", Widths(shape).Select(pair => $"torch.nn.Linear({pair.In}, {pair.Out})"))}},
                    ])

                def forward(self, ids):
                    output = self.recurrent(self.embedding(ids))[0][:, -1]
                    for place, layer in enumerate(self.head):
                        output = layer(output if place == 0 else output.relu())
                    return output


            def read():
                model = CharacterModel()
                model.load_state_dict(load_file("{{WeightsFolder.ModelFile}}"))
                return model.eval()


            if __name__ == "__main__":
                with open("{{WeightsFolder.VocabularyFile}}", encoding="utf-8") as file:
                    vocabulary = json.load(file)
                ids = [vocabulary.index(character) for character in sys.argv[1]][-{{parameters.SequenceLength}}:]
                with torch.no_grad():
                    print(vocabulary[read()(torch.tensor([ids]))[0].argmax()])
            """;
    }

    private static string TorchSharp(TrialWeights weights)
    {
        var (shape, parameters) = (Shape(weights), weights.Parameters);
        return $$"""
            using System.Buffers.Binary;
            using System.Text.Json;
            using TorchSharp;
            using TorchSharp.Modules;
            using static TorchSharp.torch;

            using var json = JsonDocument.Parse(File.ReadAllText("{{WeightsFolder.VocabularyFile}}"));
            var vocabulary = json.RootElement.EnumerateArray().Select(character => character.GetString()!).ToList();
            var ids = args[0].EnumerateRunes().Select(character => (long)vocabulary.IndexOf(character.ToString()))
                .TakeLast({{parameters.SequenceLength}}).ToArray();
            using var _ = no_grad();
            var model = new CharacterModel("{{WeightsFolder.ModelFile}}");
            Console.WriteLine(vocabulary[(int)model.call(tensor(ids).unsqueeze(0)).argmax(1).item<long>()]);

            public sealed class CharacterModel : nn.Module<Tensor, Tensor>
            {
                private readonly Embedding embedding = nn.Embedding({{shape.Vocabulary}}, {{shape.HiddenSize}});
                private readonly {{Module(shape.Cell)}} recurrent = nn.{{Module(shape.Cell)}}(
                    {{shape.HiddenSize}}, {{shape.HiddenSize}}, numLayers: {{shape.Layers}}, batchFirst: true);
                private readonly ModuleList<nn.Module<Tensor, Tensor>> head = nn.ModuleList<nn.Module<Tensor, Tensor>>(
                    {{string.Join(",\n        ", Widths(shape).Select(pair => $"nn.Linear({pair.In}, {pair.Out})"))}});

                public CharacterModel(string path) : base(nameof(CharacterModel))
                {
                    RegisterComponents();
                    var file = File.ReadAllBytes(path);
                    var begin = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
                    using var header = JsonDocument.Parse(file.AsMemory(8, begin - 8));
                    foreach (var (name, weight) in named_parameters())
                    {
                        var place = header.RootElement.GetProperty(name).GetProperty("data_offsets");
                        weight.bytes = file.AsSpan((begin + place[0].GetInt32())..(begin + place[1].GetInt32()));
                    }
                }

                public override Tensor forward(Tensor ids)
                {
                    var output = recurrent.call(embedding.call(ids)).Item1.select(1, -1);
                    foreach (var (layer, place) in head.Select((layer, place) => (layer, place)))
                        output = layer.call(place == 0 ? output : output.relu());
                    return output;
                }
            }
            """;
    }

    private static ModelShape Shape(TrialWeights weights) => ModelShape.Of(weights.Parameters, weights.Vocabulary.Size);

    private static IEnumerable<(int In, int Out)> Widths(ModelShape shape) =>
        new[] { shape.HiddenSize }.Concat(shape.FullyConnected).Zip(shape.FullyConnected.Append(shape.Vocabulary));

    /// <summary>The name of torch.nn's module.</summary>
    private static string Module(CellKind cell) => cell.ToString().ToUpperInvariant();
}
