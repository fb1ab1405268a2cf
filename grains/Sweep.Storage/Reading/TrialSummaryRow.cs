using Npgsql;
using Sweep.Domain.Programs;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>Selects the columns of a <see cref="TrialSummary"/>, and reads them in the same order.</summary>
internal static class TrialSummaryRow
{
    public const string Select =
        $"""
        select t.number, t.params::text, t.state, t.attempt, t.epochs_done, t.best_value, t.best_score, t.worker, t.reason,
          t.train_seconds, t.inference_ms, t.inference_windows_per_second, t.parameters, t.model_bytes, t.macs,
          t.training_windows, t.validation_windows, t.peak_memory_bytes, t.sample,
          t.prompt, t.validation_seconds, t.train_processor_seconds, t.validation_processor_seconds,
          t.inference_ms_low, t.inference_ms_high, t.test_windows, t.test_loss, t.test_loss_error, t.test_accuracy,
          best.epoch, best.train_loss, best.val_loss, best.val_accuracy, best.learning_rate, best.seconds, best.samples_per_second,
          best.val_loss_error, best.metrics::text,
          last.epoch, last.train_loss, last.val_loss, last.val_accuracy, last.learning_rate, last.seconds, last.samples_per_second,
          last.val_loss_error, last.metrics::text,
          t.pruned_at, t.held_at,
          case when t.state = 'running' then
            (select w.trained[array_position(w.trials, t.id)] from workers w where w.name = t.worker) end,
          {StoredParameters.AreOfProgram}
        from trials t
        left join epochs best on best.trial_id = t.id and best.epoch = t.best_epoch
        left join epochs last on last.trial_id = t.id and last.epoch = t.epochs_done
        """;

    public static TrialSummary Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), StoredParameters.Read(row.GetString(1), row.GetBoolean(50)), StoredName.Parse<TrialState>(row.GetString(2)),
        row.GetInt32(3), row.GetInt32(4),
        row.Maybe<double>(5), row.Maybe<double>(6), ReadEpoch(row, 29), ReadEpoch(row, 38), ReadResult(row, 9),
        row.MaybeText(7), row.MaybeText(8), row.Maybe<DateTimeOffset>(47), row.Maybe<int>(48), row.Maybe<double>(49),
        ReadProgramResult(row));

    /// <param name="first">
    /// The column of the epoch's number; the others follow in the order of <see cref="EpochMetrics"/>, and then those of a program.
    /// </param>
    /// <returns>Null when there is no such epoch.</returns>
    public static EpochReport? ReadEpoch(NpgsqlDataReader row, int first)
    {
        if (row.IsDBNull(first))
            return null;
        return row.MaybeText(first + 8) is { } metrics
            ? new ProgramMetrics(row.GetInt32(first), row.GetDouble(first + 5), StoredMetrics.Read(metrics))
            : new EpochMetrics(
                row.GetInt32(first), row.GetDouble(first + 1), row.GetDouble(first + 2), row.GetDouble(first + 3),
                row.GetDouble(first + 4), row.GetDouble(first + 5), row.GetDouble(first + 6), row.Maybe<double>(first + 7));
    }

    private static TrialResult? ReadResult(NpgsqlDataReader row, int first) => row.IsDBNull(first + 1) ? null : new(
        row.GetDouble(first), row.GetDouble(first + 1), row.GetDouble(first + 2),
        row.GetInt64(first + 3), row.GetInt64(first + 4), row.GetInt64(first + 5),
        row.GetInt32(first + 6), row.GetInt32(first + 7), row.GetInt64(first + 8), row.GetString(first + 9),
        row.MaybeText(first + 10), row.Maybe<double>(first + 11), row.Maybe<double>(first + 12), row.Maybe<double>(first + 13),
        row.Maybe<double>(first + 14), row.Maybe<double>(first + 15), ReadTest(row, first + 16));

    private static ProgramResult? ReadProgramResult(NpgsqlDataReader row) => row.GetBoolean(50) && row.Maybe<double>(9) is { } seconds
        ? new(seconds, row.GetDouble(21), row.Maybe<long>(17))
        : null;

    private static TestResult? ReadTest(NpgsqlDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetInt32(first), row.GetDouble(first + 1), row.Maybe<double>(first + 2), row.GetDouble(first + 3));
}
