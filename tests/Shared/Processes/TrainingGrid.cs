using System.Globalization;
using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Domain.Sweeps;

namespace Sweep.Processes;

/// <summary>
/// A sweep of real trainings on the example text, small enough for a test: two layers with dropout in shuffled batches, so that a resumed trial needs
/// the whole of its random state, and a checkpoint after each epoch.
/// </summary>
/// <param name="Cells">Kinds of recurrent layer.</param>
/// <param name="Lengths">Characters of the past.</param>
public sealed record TrainingGrid(IReadOnlyList<string> Cells, IReadOnlyList<int> Lengths, int Epochs, int HiddenSize = 16, int Retries = 10, int StallLimit = 3600)
{
    /// <summary>Trials that go on for as long as a test looks.</summary>
    public static TrainingGrid Endless(int trials) => new(["gru"], [.. Enumerable.Range(10, trials)], Epochs: 100_000);

    public int Trials => Cells.Count * Lengths.Count;

    /// <summary>Whether a line of <see cref="SweepProof.LossesAsync"/> is of one of its trials and epochs.</summary>
    public bool Has(string loss) =>
        loss[..loss.IndexOf(':', StringComparison.Ordinal)].Split(' ', ',') is [var cell, var length, _, _, var epoch]
        && Cells.Contains(cell) && Lengths.Contains(int.Parse(length, CultureInfo.InvariantCulture))
        && int.Parse(epoch, CultureInfo.InvariantCulture) <= Epochs;

    /// <summary>Submits it under this name.</summary>
    /// <param name="prefix">A command that runs <c>sweep</c>.</param>
    public Task SubmitAsync(RealCluster cluster, string name, params string[] prefix) => cluster.OutputAsync(prefix, [.. Arguments(name), "--detach"]);

    /// <summary>What a client sends to the cluster.</summary>
    public async Task<SweepSpec> SpecAsync(string name)
    {
        var path = Path.Combine(BuiltPrograms.Repository, "examples", "next-character.yaml");
        var sweep = await CheckedSweep.LoadAsync(path, Settings, new DatasetReader(() => Path.GetDirectoryName(path)!));
        return sweep.Spec with { Name = name };
    }

    /// <summary>The command line of <c>sweep run</c>.</summary>
    public IReadOnlyList<string> Arguments(string name) =>
    [
        "run", "examples/next-character.yaml", "--name", name, "--new",
        .. Settings.SelectMany(setting => (string[])["--set", setting]),
    ];

    private string[] Settings =>
    [
        $"parameters.cell={{ values: [{string.Join(", ", Cells)}] }}", $"parameters.sequence_length={{ values: [{string.Join(", ", Lengths)}] }}",
        string.Create(CultureInfo.InvariantCulture, $"parameters.epochs={Epochs}"), string.Create(CultureInfo.InvariantCulture, $"parameters.hidden_size={HiddenSize}"),
        "parameters.layers=2", "parameters.dropout=0.2", "parameters.batch_size=160", "checkpoint.every=0",
        string.Create(CultureInfo.InvariantCulture, $"retries={Retries}"), string.Create(CultureInfo.InvariantCulture, $"stall_limit={StallLimit}"),
    ];
}
