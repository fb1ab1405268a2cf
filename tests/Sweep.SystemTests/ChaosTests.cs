using System.Globalization;
using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>
/// A sweep under a killer, beside those of a user, with a fixed seed; <c>Sweep.Benchmarks chaos</c> goes on for as long as it is told, with any seed.
/// </summary>
public sealed class ChaosTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private const int Seed = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Under_a_killer_a_sweep_ends_with_the_table_of_an_undisturbed_one_and_every_answer_to_a_user_holds()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Grid);
        await using var chaos = await ChaosCluster.StartAsync(Seed, output.WriteLine);
        Violations.None(await chaos.RoundAsync(UndisturbedSweep.Grid, losses, users: 1, Limit));
        Assert.True(chaos.Acts >= 6 && chaos.Orders >= 6, string.Create(
            CultureInfo.InvariantCulture,
            $"the killer acted {chaos.Acts} times and the user {chaos.Orders} times: the sweep is too short to prove anything"));
    }
}
