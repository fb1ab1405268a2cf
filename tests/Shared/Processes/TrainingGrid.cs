using System.Globalization;
using Sweep.Client.Datasets;
using Sweep.Client.Running;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Processes;

/// <summary>
/// A sweep of real trainings on the example text, small enough for a test. The model has two layers with dropout and is trained in shuffled
/// batches, so that a resumed trial depends on all of its random choices. A checkpoint is written after each epoch.
/// </summary>
/// <param name="Cells">Kinds of recurrent layer.</param>
/// <param name="Lengths">Sequence lengths in characters.</param>
/// <param name="Stop">The stopping rule as a sweep file has it; null for none.</param>
public sealed record TrainingGrid(
    IReadOnlyList<string> Cells, IReadOnlyList<int> Lengths, int Epochs, int HiddenSize = 16, int Retries = 10, int StallLimit = 3600,
    string? Stop = null) : IDisturbedSweep
{
    /// <summary>Returns a sweep whose trials never end during a test.</summary>
    public static TrainingGrid Endless(int trials) => new(["gru"], [.. Enumerable.Range(10, trials)], Epochs: 100_000);

    public int Trials => Cells.Count * Lengths.Count;

    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Trials} trials of {Epochs} epochs");

    /// <summary>Whether a line of <see cref="SweepProof.LossesAsync"/> belongs to one of the sweep's trials and epochs.</summary>
    public bool Has(string loss) =>
        loss[..loss.IndexOf(':', StringComparison.Ordinal)].Split(' ', ',') is [var cell, var length, _, _, var epoch]
        && Cells.Contains(cell) && Lengths.Contains(int.Parse(length, CultureInfo.InvariantCulture))
        && int.Parse(epoch, CultureInfo.InvariantCulture) <= Epochs;

    /// <summary>Submits the sweep under this name.</summary>
    /// <param name="prefix">A command that runs <c>sweep</c>, or nothing.</param>
    public Task SubmitAsync(RealCluster cluster, string name, params string[] prefix) =>
        cluster.OutputAsync(prefix, [.. Arguments(name), "--detach"]);

    public Task SubmitAsync(RealCluster cluster, string name, int stallLimit) =>
        (this with { StallLimit = stallLimit }).SubmitAsync(cluster, name);

    public Task<IReadOnlyList<string>> ResultsAsync(RealDatabase database, string name) => new SweepProof(database, name).LossesAsync();

    public async Task<IReadOnlyList<string>> ViolationsAsync(RealDatabase database, string name, IReadOnlyList<string> undisturbed)
    {
        var proof = new SweepProof(database, name);
        return
        [
            .. await proof.TrialsThatDidNotSucceedAsync(), .. await proof.EpochsMissingOrTwiceAsync(Epochs),
            .. await proof.StaleWritesAsync(),
            // Only the trials and epochs of this sweep are compared, since the undisturbed one may have more.
            .. await proof.LossesThatDifferAsync([.. undisturbed.Where(Has)]),
        ];
    }

    /// <summary>Returns the spec that a client sends to the cluster.</summary>
    public async Task<SweepSpec> SpecAsync(string name)
    {
        var path = Path.Combine(BuiltPrograms.Repository, "examples", "next-character.yaml");
        var small = this with { HiddenSize = 16 };
        var sweep = await CheckedSweep.LoadAsync(path, small.Settings, new DatasetReader(() => Path.GetDirectoryName(path)!));
        // A width that the client refuses may come from a client of an earlier version.
        var width = new DimensionDomain.Choice([new ParameterValue.Whole(HiddenSize)]);
        var space = sweep.Spec.Parameters.Dimensions.Select(
            dimension => dimension.Name == "hidden_size" ? dimension with { Domain = width } : dimension);
        return sweep.Spec with { Name = name, Parameters = new([.. space]) };
    }

    /// <summary>Returns the arguments of <c>sweep run</c>.</summary>
    public IReadOnlyList<string> Arguments(string name) =>
    [
        "run", "examples/next-character.yaml", "--name", name, "--new",
        .. Settings.SelectMany(setting => (string[])["--set", setting]),
    ];

    private string[] Settings =>
    [
        $"parameters.cell={{ values: [{string.Join(", ", Cells)}] }}",
        $"parameters.sequence_length={{ values: [{string.Join(", ", Lengths)}] }}",
        string.Create(CultureInfo.InvariantCulture, $"parameters.epochs={Epochs}"),
        string.Create(CultureInfo.InvariantCulture, $"parameters.hidden_size={HiddenSize}"),
        "parameters.layers=2", "parameters.dropout=0.2", "parameters.batch_size=160", "checkpoint.every=0",
        string.Create(CultureInfo.InvariantCulture, $"retries={Retries}"),
        string.Create(CultureInfo.InvariantCulture, $"stall_limit={StallLimit}"),
        .. Stop is null ? Array.Empty<string>() : [$"stop={Stop}"],
    ];
}
