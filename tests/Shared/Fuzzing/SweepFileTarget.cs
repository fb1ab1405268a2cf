using System.Net;
using System.Text;
using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Client.SweepFiles;

namespace Sweep.Fuzzing;

/// <summary>Sweep files as <c>sweep plan FILE</c> reads them, and the overrides on its command line.</summary>
public sealed class SweepFileTarget : FuzzTarget, IDisposable
{
    /// <summary>A sweep file with every key that exists. Its dataset is text.txt in the same folder.</summary>
    public const string Whole = """
        name: full
        dataset: { path: text.txt, split: tail, validation: 0.25, test: 0.125 }
        objective: { metric: val_accuracy, goal: maximize }
        method: grid
        parameters:
          cell: { values: [rnn, "lstm"] }
          layers: { min: 1, max: 3, count: 3 }
          dropout: { values: [0, 0.5], when: { layers: [2, 3], cell: lstm } }
          learning_rate: { min: 1e-4, max: 1e-1, scale: log, count: 2 }
          fully_connected: { values: [[], [64, 32]] }
          batch_size: full
          hidden_size: { min: 16, max: 64, step: 16 }
        resources: { slots: 2, max_concurrent: 8, priority: -3, require: [gpu=h200] }
        checkpoint: { every: 2m, keep: 4 }
        retries: 0
        seed: 42
        replicates: 2
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-fuzz-").FullName;
    private readonly DatasetReader _datasets;
    private readonly bool _overrides;

    /// <param name="overrides">Whether the input is one <c>--set</c> on a valid file, instead of the file.</param>
    public SweepFileTarget(string repository, bool overrides)
    {
        _overrides = overrides;
        var examples = Path.Combine(repository, "examples");
        File.Copy(Path.Combine(examples, "next-character.txt"), Path.Combine(_folder, "next-character.txt"));
        File.WriteAllText(Path.Combine(_folder, "text.txt"), string.Concat(Enumerable.Repeat("the cat ", 50)));
        _datasets = new(() => Path.Combine(_folder, "cache"), store: null, new NoNetwork());
        Inputs = overrides
            ? [
                .. new[]
                {
                    "parameters.epochs=5", "parameters.cell={values: [lstm, gru]}", "dataset={ path: text.txt, split: tail }", "name=quick",
                    "budget.trials=3", "resources.require=[a, b=c]",
                }.Select(Encoding.UTF8.GetBytes),
            ]
            : [
                Encoding.UTF8.GetBytes(Whole),
                .. Directory.GetFiles(examples, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
            ];
        File.WriteAllText(Path.Combine(_folder, "x.yaml"), Whole);
    }

    public override string Name => _overrides ? "set" : "sweep-file";

    public override IReadOnlyList<byte[]> Inputs { get; }

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "{", "}", "[", "]", ":", ": ", "\n", "\n  ", "- ", "#", "\"", "'", "|", ">", "|2-\n", "&a ", "*a", "!!x ", "!<", "? ", "---\n",
        "...\n", "%YAML 1.2\n", "%TAG ! x\n", "\t", "\r", "0", "-", "1e9",
        "1e999", "-0", "9223372036854775807", "0x10", ".inf", ".nan", "~", "null", "\0", "\u0085", "\u2028", "\ufeff", "é", "\U0001d518",
        ",", "@", "`", "<<: ", "=", ".", "..", "/", "\\x41", "\\u", "values: ",
        "min: ", "max: ", "count: 999999", "step: 1e-300", "when: ", "scale: log", "parameters", "dataset", "method: random",
        "budget: { trials: 999999 }", "epochs: ", "seed: ", "url: https://example.org/x",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public override async Task ReadAsync(byte[] input)
    {
        var file = Path.Combine(_folder, "x.yaml");
        if (!_overrides)
            await File.WriteAllBytesAsync(file, input);
        try
        {
            var sweep = await CheckedSweep.LoadAsync(file, _overrides ? [Encoding.UTF8.GetString(input)] : [], _datasets);
            _ = sweep.Plan();
        }
        catch (SweepFileException error)
        {
            if (error.Message.Any(char.IsControl)
                || !error.Message.StartsWith(_overrides && !error.Message.StartsWith('/') ? "--set " : file, StringComparison.Ordinal))
                throw new FuzzFinding($"Refused without its place, or not in one line: {error.Message}");
        }
    }

    private sealed class NoNetwork : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
