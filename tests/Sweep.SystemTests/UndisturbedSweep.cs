using Sweep.Processes;

[assembly: AssemblyFixture(typeof(Sweep.SystemTests.UndisturbedSweep))]

namespace Sweep.SystemTests;

/// <summary>
/// The losses of the grid that these tests disturb, trained without disturbances. The grid is trained once for all tests, when the first
/// test needs it.
/// </summary>
public sealed class UndisturbedSweep
{
    /// <summary>A grid that trains long enough for a killer to do each of its acts, some of them twice.</summary>
    public static readonly TrainingGrid Grid = new(["rnn", "lstm", "gru"], [10, 20, 30], Epochs: 20);

    /// <summary>A part of the grid, for tests that disturb a sweep once or twice.</summary>
    public static readonly TrainingGrid Part = Grid with { Lengths = [10, 20] };

    /// <summary>The part with fewer epochs, for tests that wait for numbers of epochs between their disturbances.</summary>
    public static readonly TrainingGrid ShortPart = Part with { Epochs = 12 };

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private readonly Lazy<Task<IReadOnlyList<string>>> _losses = new(TrainAsync);

    /// <summary>
    /// Returns a line for each epoch of a grid within this one, with the trial, the epoch, and the bits of its two losses.
    /// </summary>
    public async Task<IReadOnlyList<string>> LossesAsync(TrainingGrid grid) => [.. (await _losses.Value).Where(grid.Has)];

    private static async Task<IReadOnlyList<string>> TrainAsync()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        await Grid.SubmitAsync(cluster, "undisturbed");
        await cluster.SweepIsOverAsync("undisturbed", Limit);
        return await new SweepProof(cluster.Database, "undisturbed").LossesAsync();
    }
}
