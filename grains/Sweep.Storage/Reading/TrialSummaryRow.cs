using Npgsql;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>Selects the columns of a <see cref="TrialSummary"/>, and reads them in the same order.</summary>
internal static class TrialSummaryRow
{
    public const string Select =
        """
        select t.number, t.params::text, t.state, t.attempt, t.epochs_done, t.best_value, t.best_score, t.worker, t.reason,
          t.train_seconds, t.inference_ms, t.inference_windows_per_second, t.parameters, t.model_bytes, t.macs,
          t.training_windows, t.validation_windows, t.peak_memory_bytes, t.sample,
          best.epoch, best.train_loss, best.val_loss, best.val_accuracy, best.learning_rate, best.seconds, best.samples_per_second,
          last.epoch, last.train_loss, last.val_loss, last.val_accuracy, last.learning_rate, last.seconds, last.samples_per_second,
          t.pruned_at
        from trials t
        left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
        left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done
        """;

    public static TrialSummary Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), BuiltInParameters.Catalog.Read(row.GetString(1)), StoredName.Parse<TrialState>(row.GetString(2)),
        row.GetInt32(3), row.GetInt32(4),
        row.Maybe<double>(5), row.Maybe<double>(6), ReadEpoch(row, 19), ReadEpoch(row, 26), ReadResult(row, 9),
        row.MaybeText(7), row.MaybeText(8), row.Maybe<DateTimeOffset>(33));

    /// <param name="first">The column of the epoch's number; the others follow in the order of <see cref="EpochMetrics"/>.</param>
    /// <returns>Null when there is no such epoch.</returns>
    public static EpochMetrics? ReadEpoch(NpgsqlDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetInt32(first), row.GetDouble(first + 1), row.GetDouble(first + 2), row.GetDouble(first + 3),
        row.GetDouble(first + 4), row.GetDouble(first + 5), row.GetDouble(first + 6));

    private static TrialResult? ReadResult(NpgsqlDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetDouble(first), row.GetDouble(first + 1), row.GetDouble(first + 2),
        row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5),
        row.GetInt32(first + 6), row.GetInt32(first + 7), row.GetInt64(first + 8), row.GetString(first + 9));
}
