using Sweep.Client.Output;
using Sweep.Storage;

namespace Sweep.Client.Tables;

/// <summary>The rows of a sweep that were freed, or would be.</summary>
/// <param name="Trials">The number of trials of which rows were freed, or would be.</param>
internal sealed record PruneRow(OldSweep Sweep, int Trials, FreedRows Freed);

/// <summary>One row for each sweep, with the rows that were freed, or would be.</summary>
internal static class PruneTable
{
    private static readonly OutputColumn[] Columns =
    [
        new("sweep", "sweep"),
        new("ended_at", "ended", SweepTable.LocalTime),
        OutputColumn.Number("trials_pruned", "trials"),
        OutputColumn.Number("trials", "of"),
        OutputColumn.Number("epochs", "epochs"),
        OutputColumn.Number("log_lines", "log lines"),
        OutputColumn.Number("checkpoints", "checkpoints"),
        OutputColumn.Number("bytes", "size", Quantities.Bytes),
    ];

    public static OutputTable Of(IEnumerable<PruneRow> rows) => new(Columns,
    [
        .. rows.Select(row => (IReadOnlyList<object?>)
        [
            row.Sweep.Name, row.Sweep.EndedAt, row.Trials, row.Sweep.Trials,
            row.Freed.Epochs, row.Freed.LogLines, row.Freed.Checkpoints, row.Freed.Bytes,
        ]),
    ]);
}
