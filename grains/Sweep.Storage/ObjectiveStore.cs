using Npgsql;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>Reads the views <c>objective_values</c> and <c>fronts</c>, and frees checkpoints by them.</summary>
public sealed class ObjectiveStore(NpgsqlDataSource source) : IObjectiveStore
{
    public async Task<IReadOnlyDictionary<int, double[]>> ScoresAsync(int sweep, CancellationToken cancellation = default) =>
        (await source.Statement(
            """
            select number, array_agg(score order by place) from objective_values where sweep_id = $1 group by number
            """,
            sweep).RowsAsync(row => (Number: row.GetInt32(0), Scores: row.GetFieldValue<double[]>(1)), cancellation))
            .ToDictionary(trial => trial.Number, trial => trial.Scores);

    /// <summary>The first trials of the points on the front, the best by the first objective first.</summary>
    public Task<IReadOnlyList<int>> FrontAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        "select first_trial from fronts where sweep_id = $1 order by scores[1], first_trial", sweep)
        .RowsAsync(row => row.GetInt32(0), cancellation);

    public async Task<IReadOnlyDictionary<TrialId, Exception>> FreeCheckpointsAsync(
        int sweep, int keep, CancellationToken cancellation = default)
    {
        var kept = await source.Statement(
            """
            select t.number from checkpoints c join trials t on t.id = c.trial_id
            where c.trial_id between $1 and $2 and t.state in ('succeeded', 'stopped')
            """,
            new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value).RowsAsync(row => row.GetInt32(0), cancellation);
        if (kept.Count <= keep)
            return new Dictionary<TrialId, Exception>();
        var scores = await ScoresAsync(sweep, cancellation);
        var ranks = Ranks(scores);
        IReadOnlyList<TrialId> freed =
        [
            .. kept
                .OrderBy(number => ranks.GetValueOrDefault(number, int.MaxValue))
                .ThenBy(number => scores.GetValueOrDefault(number)?[0])
                .ThenBy(number => number)
                .Skip(keep)
                .Select(number => new TrialId(sweep, number)),
        ];
        return await CheckpointRows.FreeAsync(
            source,
            () => CheckpointRows.Statement(source, freed).ExecuteAsync(cancellation),
            () => Task.FromResult(freed),
            cancellation);
    }

    /// <summary>The rank of each trial, from 1, by its number.</summary>
    internal static Dictionary<int, int> Ranks(IReadOnlyDictionary<int, double[]> scores)
    {
        var trials = scores.ToList();
        var ranks = NondominatedRanks.Of([.. trials.Select(trial => trial.Value)]);
        return trials.Zip(ranks).ToDictionary(trial => trial.First.Key, trial => trial.Second);
    }
}
