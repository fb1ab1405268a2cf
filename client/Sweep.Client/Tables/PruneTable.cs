using Sweep.Client.Output;
using Sweep.Storage;

namespace Sweep.Client.Tables;

/// <param name="Trials">That gave something up, or would.</param>
internal sealed record PruneRow(OldSweep Sweep, int Trials, FreedRows Freed);

/// <summary>A row a sweep: what was or would be freed.</summary>
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
            row.Sweep.Name, row.Sweep.EndedAt, row.Trials, row.Sweep.Trials, row.Freed.Epochs, row.Freed.LogLines, row.Freed.Checkpoints, row.Freed.Bytes,
        ]),
    ]);
}
