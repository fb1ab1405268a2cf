using System.Globalization;
using Sweep.Processes;
using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>
/// An adaptive sweep of real trainings: TPE chooses trials and ASHA stops them, both by the outcomes of other trials.
/// <c>Sweep.Benchmarks chaos</c> does the same with any seed for any time.
/// </summary>
[Collection(TestsOfPrograms.Name)]
public sealed class SearchedSweepTests(ITestOutputHelper output)
{
    private const int Seed = 16;
    private static readonly SearchedSweep Sweep = new(Trials: 24, Epochs: 9);
    private static readonly SearchedSweep OfProgram = new(Trials: 12, Epochs: 9, OfProgram: true);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_trials_stops_and_losses_are_the_same_bit_for_bit_on_one_silo_on_three_and_under_a_killer()
    {
        var expected = await OnOneSiloAsync();
        await using var chaos = await ChaosCluster.StartAsync(Seed, output.WriteLine);
        Assert.Equal(expected, await UndisturbedAsync(chaos.Cluster, Sweep));
        // How much the killer does in a round depends on how fast the machine trains.
        for (var round = 1; round <= 6 && chaos.Acts < 4; round++)
            Violations.None(await chaos.RoundAsync(Sweep, expected, users: 0, Limit));

        Assert.Contains(expected, line => line.Contains("succeeded after 9 epochs", StringComparison.Ordinal));
        Assert.Contains(expected, line => line.Contains("stopped after 1 epochs", StringComparison.Ordinal));
        Assert.True(chaos.Acts >= 4, string.Create(
            CultureInfo.InvariantCulture, $"the killer acted {chaos.Acts} times: the sweeps are too short to prove anything"));
    }

    [Fact]
    public async Task A_sweep_of_a_program_is_the_same_bit_for_bit_under_a_killer()
    {
        await using var chaos = await ChaosCluster.StartAsync(Seed, output.WriteLine);
        var expected = await UndisturbedAsync(chaos.Cluster, OfProgram);
        for (var round = 1; round <= 6 && chaos.Acts < 4; round++)
            Violations.None(await chaos.RoundAsync(OfProgram, expected, users: 0, Limit));

        Assert.Contains(expected, line => line.Contains("succeeded after 9 epochs", StringComparison.Ordinal));
        Assert.Contains(expected, line => line.Contains("stopped after 1 epochs", StringComparison.Ordinal));
        Assert.True(chaos.Acts >= 4, string.Create(
            CultureInfo.InvariantCulture, $"the killer acted {chaos.Acts} times: the sweeps are too short to prove anything"));
    }

    private static async Task<IReadOnlyList<string>> OnOneSiloAsync()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        return await UndisturbedAsync(cluster, Sweep);
    }

    private static async Task<IReadOnlyList<string>> UndisturbedAsync(RealCluster cluster, SearchedSweep sweep)
    {
        await sweep.SubmitAsync(cluster, "undisturbed", stallLimit: 3600);
        await cluster.SweepIsOverAsync("undisturbed", Limit);
        return await sweep.ResultsAsync(cluster.Database, "undisturbed");
    }
}
