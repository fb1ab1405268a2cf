using Sweep.Contracts;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A user who submits, pauses, resumes, cancels, retries, drains and deletes at random under a killer, and records the answers. An order
/// that is refused although the tables allow it is a violation at once. <see cref="OrderProof"/> judges the accepted orders.
/// </summary>
/// <param name="random">Random numbers from the seed, which decide orders, sweeps and pauses.</param>
/// <param name="lengths">Sequence lengths of the undisturbed sweep, with which the results are compared.</param>
public sealed class ChaosUser(
    string name, RealCluster cluster, ChaosSilos silos, Random random, ChaosJournal journal, IReadOnlyList<int> lengths, int stallLimit)
    : IAsyncDisposable
{
    private const int MostSweeps = 3;

    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(5);

    private static readonly UserDeed[] Deeds =
    [
        UserDeed.Submit, UserDeed.Submit, UserDeed.Pause, UserDeed.Pause, UserDeed.Resume, UserDeed.Resume, UserDeed.Cancel,
        UserDeed.CancelTrial, UserDeed.CancelTrial, UserDeed.Retry, UserDeed.RetryTrial, UserDeed.Delete, UserDeed.Drain,
    ];

    private readonly ChaosDeck<UserDeed> _deck = new(random, Deeds);
    private readonly UserConnection _connection = new(cluster.Database.ConnectionString, name, journal);
    private readonly UserConnection _drains = new(cluster.Database.ConnectionString, name, journal);
    private readonly List<UserSweep> _sweeps = [];
    private readonly List<UserOrder> _orders = [];
    private readonly List<SweepHistory> _deleted = [];
    private readonly List<Violation> _violations = [];
    private readonly Queue<string> _freed = new();
    private readonly List<int> _greedy = [];
    private int _submitted;

    public IReadOnlyList<UserOrder> Orders => _orders;

    /// <summary>Histories of the deleted sweeps, as read just before each deletion.</summary>
    public IReadOnlyList<SweepHistory> Deleted => _deleted;

    public IReadOnlyList<UserSweep> Sweeps => _sweeps;

    /// <summary>Ids of the sweeps that need more memory than there is, including deleted ones.</summary>
    public IReadOnlyList<int> Greedy => _greedy;

    /// <summary>Whether the sweep must exist, because its submission was accepted and no order may have deleted it.</summary>
    public bool Has(UserSweep sweep) =>
        _orders.Any(order => order is { Deed: UserDeed.Submit, Accepted: true } && order.Sweep == sweep.Id)
        && !_orders.Any(order => order is { Deed: UserDeed.Delete, MayHold: true } && order.Sweep == sweep.Id);

    public IEnumerable<Violation> Violations =>
        [.. _violations, .. _connection.Complaints.Concat(_drains.Complaints).Select(complaint => new Violation(null, complaint))];

    /// <summary>Sends orders until <paramref name="over"/> is cancelled.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var pause = TimeSpan.FromSeconds(0.5 + (2.5 * random.NextDouble()));
            await Task.Delay(pause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!over.IsCancellationRequested)
                await ActAsync();
        }
    }

    /// <summary>
    /// Resumes paused sweeps, cancels long ones, and waits until all are over. It runs after the disturbances have ended.
    /// </summary>
    public async Task LeaveAsync()
    {
        foreach (var sweep in _sweeps)
        {
            var standing = await StandingAsync(sweep);
            if (standing?.State == "paused")
                await OrderAsync(UserDeed.Resume, sweep, null, again: false);
            if (standing?.State is "running" or "paused" && sweep.Grid.Epochs > 25)
                await OrderAsync(UserDeed.Cancel, sweep, null, again: false);
        }

        foreach (var sweep in _sweeps)
        {
            try
            {
                await Waiting.UntilAsync($"{sweep.Name} to be over", EndLimit, async () =>
                {
                    var standing = await StandingAsync(sweep);
                    return (standing, standing is null or { State: "completed" or "cancelled", Unfinished.Count: 0 });
                });
            }
            catch (TimeoutException error)
            {
                _violations.Add(new(journal.Now, error.Message));
            }
        }
    }

    /// <summary>Deletes the remaining sweeps. They are over and nothing is disturbed, so none may be refused.</summary>
    public async Task ClearAsync()
    {
        foreach (var sweep in _sweeps.ToArray())
        {
            await DeleteAsync(sweep);
            if (_sweeps.Contains(sweep))
                _violations.Add(new(journal.Now, $"{sweep.Name} was not deleted though nobody was disturbed"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _drains.DisposeAsync();
    }

    private async Task ActAsync()
    {
        var standings = new Dictionary<UserSweep, SweepStanding>();
        foreach (var sweep in _sweeps)
        {
            if (await StandingAsync(sweep) is { } standing)
                standings[sweep] = standing;
        }

        IReadOnlyList<UserSweep> Those(Func<SweepStanding, bool> which) =>
            [.. _sweeps.Where(sweep => standings.TryGetValue(sweep, out var standing) && which(standing))];
        IReadOnlyList<UserSweep> For(UserDeed deed) => deed switch
        {
            UserDeed.Pause => Those(standing => standing.State == "running"),
            UserDeed.Resume => Those(standing => standing.State == "paused"),
            UserDeed.Cancel or UserDeed.CancelTrial => Those(standing => standing.State is "running" or "paused"),
            UserDeed.Retry or UserDeed.RetryTrial => Those(standing => standing.Ended.Count > 0),
            _ => Those(standing => standing.State is "completed" or "cancelled"),
        };
        if (!_deck.TryDraw(deed => deed switch
            {
                UserDeed.Submit => _sweeps.Count < MostSweeps,
                UserDeed.Drain => silos.AllThere,
                _ => For(deed).Count > 0,
            }, out var deed))
        {
            return;
        }

        var (place, again) = (random.Next(), random.Next(4) == 0);
        if (deed == UserDeed.Submit)
        {
            await SubmitAsync();
            return;
        }

        if (deed == UserDeed.Drain)
        {
            Drain(place);
            return;
        }

        var those = For(deed);
        var chosen = those[place % those.Count];
        int? trial = deed switch
        {
            UserDeed.CancelTrial => 1 + (place % chosen.Grid.Trials),
            UserDeed.RetryTrial => standings[chosen].Ended[place % standings[chosen].Ended.Count],
            _ => null,
        };
        await OrderAsync(deed, chosen, trial, again);
    }

    /// <param name="again">Whether to send the order twice, since every call may be repeated.</param>
    private async Task OrderAsync(UserDeed deed, UserSweep sweep, int? trial, bool again)
    {
        if (deed == UserDeed.Delete)
        {
            await DeleteAsync(sweep);
            return;
        }

        for (var times = again ? 2 : 1; times > 0; times--)
        {
            var order = new UserOrder(deed, sweep.Name, sweep.Id, trial, journal.Now);
            _orders.Add(order);
            var reply = await _connection.SendAsync(order, grains => Ask(grains.GetGrain<ISweepGrain>(sweep.Id), deed, trial));
            if (reply is not null && await StandingAsync(sweep) is { } standing && !standing.Fits(order))
                _violations.Add(new(
                    journal.Now,
                    $"{order} was {(reply.Accepted ? "accepted" : "refused")} ({reply.Message}) and the sweep is {standing.State}"));
        }
    }

    private static Task<CommandReply> Ask(ISweepGrain sweep, UserDeed deed, int? trial) => deed switch
    {
        UserDeed.Pause => sweep.Pause(),
        UserDeed.Resume => sweep.Resume(),
        UserDeed.Cancel or UserDeed.CancelTrial => sweep.Cancel(trial),
        UserDeed.Retry or UserDeed.RetryTrial => sweep.Retry(trial),
        UserDeed.Delete => sweep.Delete(),
        _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "Not an order to a sweep."),
    };

    private async Task SubmitAsync()
    {
        var (grid, every, greedy) = UserSweep.Draw(random, lengths, stallLimit);
        var free = _freed.TryDequeue(out var freed);
        var sweepName = free ? freed! : $"{name}-{++_submitted}";
        if (await NextIdAsync() is not { } id)
            return;
        var spec = await grid.SpecAsync(sweepName);
        var json = (spec with { Checkpoint = spec.Checkpoint with { Every = every } }).ToJson();
        var order = new UserOrder(UserDeed.Submit, sweepName, id, null, journal.Now);
        var reply = await _connection.SendAsync(order, async grains =>
        {
            var submitted = await grains.GetGrain<ISweepGrain>(id).Submit(new(json, ExactName: true));
            return new CommandReply(submitted.Refusal is null, submitted.Refusal ?? $"{submitted.Trials} trials of {grid.Epochs} epochs");
        });
        _orders.Add(order);
        if (reply is { Accepted: false })
            _violations.Add(
                new(journal.Now, $"{order} was refused: {reply.Message}{(free ? " The sweep of that name was deleted." : "")}"));
        else
            _sweeps.Add(new(id, sweepName, grid));
        if (greedy)
            _greedy.Add(id);
    }

    private async Task DeleteAsync(UserSweep sweep)
    {
        SweepHistory? history;
        try
        {
            history = await SweepHistory.LoadAsync(cluster.Database, sweep.Id);
        }
        catch (Npgsql.NpgsqlException)
        {
            // A sweep whose history cannot be read is not deleted, since it could not be judged afterwards.
            return;
        }

        if (history is null)
        {
            // The sweep was never stored, which may happen when its submission was not answered.
            _sweeps.Remove(sweep);
            return;
        }

        var order = new UserOrder(UserDeed.Delete, sweep.Name, sweep.Id, null, journal.Now);
        _orders.Add(order);
        var reply = await _connection.SendAsync(order, grains => Ask(grains.GetGrain<ISweepGrain>(sweep.Id), UserDeed.Delete, null));
        if (reply is { Accepted: true } || (reply is not null && await IsGoneAsync(sweep)))
        {
            _sweeps.Remove(sweep);
            _deleted.Add(history);
            _freed.Enqueue(sweep.Name);
        }
        else if (reply is not null && history.State == "completed")
        {
            _violations.Add(new(journal.Now, $"{order} was refused: {reply.Message} It was completed."));
        }
    }

    /// <summary>Drains a silo. The silo ends while the user sends other orders.</summary>
    private void Drain(int place)
    {
        var present = cluster.Silos;
        var silo = present[place % present.Count];
        var order = new UserOrder(UserDeed.Drain, silo.Name, 0, null, journal.Now);
        if (!silos.TryDrain(silo, ChaosKiller.Slots(random), async () =>
            (await _drains.SendAsync(order, grains => grains.GetGrain<IClusterGrain>(0).Drain(silo.Name)))?.Accepted))
        {
            return;
        }

        _orders.Add(order);
    }

    private async Task<int?> NextIdAsync()
    {
        try
        {
            return await cluster.Database.ValueAsync<int>("select nextval('sweep_ids')::integer");
        }
        catch (Npgsql.NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the sweep is gone. An earlier order without an answer may have deleted it, so that the repeated one is refused.
    /// </summary>
    private async Task<bool> IsGoneAsync(UserSweep sweep)
    {
        try
        {
            return await cluster.Database.ValueAsync<long>("select count(*) from sweeps where id = $1", sweep.Id) == 0;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }

    private Task<SweepStanding?> StandingAsync(UserSweep sweep) => SweepStanding.ReadAsync(cluster.Database, sweep.Id);
}
