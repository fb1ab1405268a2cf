using System.Globalization;
using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>
/// A sweep under a killer with a fixed seed. <c>Sweep.Benchmarks chaos</c> runs for any time with any seed, and adds users who give orders
/// to their own sweeps.
/// </summary>
public sealed class ChaosTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private const int Seed = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Under_a_killer_a_sweep_ends_with_the_table_of_an_undisturbed_one()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Grid);
        await using var chaos = await ChaosCluster.StartAsync(Seed, output.WriteLine);
        Violations.None(await chaos.RoundAsync(UndisturbedSweep.Grid, losses, users: 0, Limit));
        Assert.True(
            chaos.Acts >= 6,
            string.Create(CultureInfo.InvariantCulture, $"the killer acted {chaos.Acts} times: the sweep is too short to prove anything"));
    }
}
