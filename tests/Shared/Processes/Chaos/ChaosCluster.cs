using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A cluster with a killer. The killer keeps its state between rounds, so that each round continues the sequence of acts.
/// </summary>
public sealed class ChaosCluster : IAsyncDisposable
{
    private const int Silos = 3;

    /// <summary>The stall limit of all sweeps, in seconds. It is short enough for a hanging trainer to be ended within a round, and long
    /// enough for a trainer on a busy machine not to be ended.</summary>
    private const int StallLimit = 15;

    private readonly ChaosSilos _silos;
    private readonly TrainerDeeds _trainers;
    private readonly ChaosKiller _killer;
    private readonly int _seed;
    private int _rounds;

    private ChaosCluster(RealCluster cluster, int seed, ChaosJournal journal)
    {
        (Cluster, Journal, _seed) = (cluster, journal, seed);
        _silos = new(cluster, journal);
        _trainers = new(_silos, journal, StallLimit);
        _killer = new(cluster, _silos, _trainers, new Random(seed), journal);
    }

    public RealCluster Cluster { get; }

    public ChaosJournal Journal { get; }

    /// <summary>Number of acts against processes.</summary>
    public int Acts => _killer.Acts;

    /// <summary>Number of orders that users sent.</summary>
    public int Orders { get; private set; }

    /// <summary>Starts three silos with one to three slots each. The seed decides the numbers.</summary>
    public static async Task<ChaosCluster> StartAsync(int seed, Action<string> say)
    {
        var journal = new ChaosJournal(say, TimeProvider.System);
        var chaos = new ChaosCluster(await RealCluster.StartAsync(silos: 0), seed, journal);
        try
        {
            var random = new Random(seed);
            for (var started = 0; started < Silos; started++)
            {
                var slots = ChaosKiller.Slots(random);
                var silo = await chaos._silos.AddAsync(slots);
                journal.Say(string.Create(CultureInfo.InvariantCulture, $"{silo.Name}: {slots} slots"));
            }

            journal.Start();
            return chaos;
        }
        catch
        {
            await chaos.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a sweep from its submission to its end, while the killer and the users act.</summary>
    /// <returns>The violations, each with what was done in the seconds before it.</returns>
    public async Task<IReadOnlyList<string>> RoundAsync(
        IDisturbedSweep disturbed, IReadOnlyList<string> undisturbed, int users, TimeSpan limit)
    {
        var round = ++_rounds;
        ChaosUser[] ask = [.. Enumerable.Range(1, users).Select(number => new ChaosUser(
            string.Create(CultureInfo.InvariantCulture, $"user-{round}-{number}"), Cluster, _silos,
            new Random((_seed * 10_000) + (round * 10) + number), Journal, disturbed.Lengths, StallLimit))];
        try
        {
            var violations = await new ChaosRound(Cluster, _silos, _trainers, _killer, Journal, undisturbed)
                .RunAsync(disturbed, string.Create(CultureInfo.InvariantCulture, $"round-{round}"), StallLimit, ask, limit);
            Orders += ask.Sum(user => user.Orders.Count);
            return [.. violations.Select(violation => violation.Explain(Journal))];
        }
        finally
        {
            foreach (var user in ask)
                await user.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Journal.DisposeAsync();
    }
}
