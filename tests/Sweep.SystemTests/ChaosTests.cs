using System.Globalization;
using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>
/// Runs a sweep and the sweeps of a user under a killer, with a fixed seed. <c>Sweep.Benchmarks chaos</c> does the same with any seed for
/// any time.
/// </summary>
public sealed class ChaosTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private const int Seed = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Under_a_killer_a_sweep_ends_with_the_results_of_an_undisturbed_one_and_every_answer_to_a_user_holds()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Grid);
        await using var chaos = await ChaosCluster.StartAsync(Seed, output.WriteLine);
        // How much the killer and the user do in a round depends on how fast the machine trains.
        for (var round = 1; round <= 3 && !IsEnough(); round++)
            Violations.None(await chaos.RoundAsync(UndisturbedSweep.Grid, losses, users: 1, Limit));
        Assert.True(IsEnough(), string.Create(
            CultureInfo.InvariantCulture,
            $"the killer acted {chaos.Acts} times and the user {chaos.Orders} times: the sweeps are too short to prove anything"));

        bool IsEnough() => chaos.Acts >= 6 && chaos.Orders >= 6;
    }
}
