using Npgsql;
using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>Reads how the search of a sweep goes, and how fast the cluster trains.</summary>
public sealed class SearchReader(NpgsqlDataSource source)
{
    /// <summary>What proposed the trials of a sweep, in the order of the first trial of each.</summary>
    public Task<IReadOnlyList<Proposer>> ProposersAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select proposed_by, count(*)::integer, count(*) filter (where state = 'stopped')::integer,
          count(*) filter (where state = 'failed')::integer,
          (array_agg(number order by best_score, number) filter (where best_score is not null))[1],
          (array_agg(best_value order by best_score, number) filter (where best_score is not null))[1],
          coalesce(array_agg(number order by number) filter (where starts_with(proposed_by, 'start of ')), '{}')
        from trials where sweep_id = $1
        group by proposed_by order by min(number)
        """,
        sweep).RowsAsync(
            row => new Proposer(
                row.MaybeText(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.Maybe<int>(4), row.Maybe<double>(5),
                row.GetFieldValue<int[]>(6)),
            cancellation);

    /// <summary>The trials of a sweep that wait or run, by number.</summary>
    /// <param name="most">The greatest number of trials to read.</param>
    public Task<IReadOnlyList<OpenTrial>> UnfinishedAsync(int sweep, int most, CancellationToken cancellation = default) =>
        source.Statement(
            """
            select number, epochs_done, held_at from trials
            where sweep_id = $1 and state in ('queued', 'running') order by number limit $2
            """,
            sweep, most).RowsAsync(row => new OpenTrial(row.GetInt32(0), row.GetInt32(1), row.Maybe<int>(2)), cancellation);

    /// <summary>What epochs of the newest trials that succeeded cost, of any sweep, and the seconds of each.</summary>
    /// <param name="most">The greatest number of trials to read.</param>
    public Task<IReadOnlyList<(EpochCost Cost, double Seconds)>> SpeedsAsync(int most, CancellationToken cancellation = default) =>
        source.Statement(
            """
            select params::text, training_windows, validation_windows, macs,
              (train_seconds + coalesce(validation_seconds, 0)) / epochs_done
            from trials
            where state = 'succeeded' and train_seconds > 0 and epochs_done > 0 and training_windows > 0
            order by id desc limit $1
            """,
            most).RowsAsync(
                row => (
                    EpochCost.Of(
                        BuiltInParameters.Catalog.Read(row.GetString(0)).ForModel(), new(row.GetInt32(1), row.GetInt32(2)),
                        row.GetInt64(3)),
                    row.GetDouble(4)),
                cancellation);
}

/// <summary>What proposed some trials of a sweep.</summary>
/// <param name="By">The word of a method, or <c>start of</c> it before it has learned; null for trials of an earlier version.</param>
/// <param name="Best">The number of the best of them; null when none has a value.</param>
/// <param name="Starts">Their numbers, where they are the start of a method that learns; empty otherwise.</param>
public sealed record Proposer(
    string? By, int Trials, int Stopped, int Failed, int? Best, double? BestValue, IReadOnlyList<int> Starts);
