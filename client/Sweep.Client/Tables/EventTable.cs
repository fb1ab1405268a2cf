using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Tables;

/// <summary>The events of a trial, in order.</summary>
internal static class EventTable
{
    private static readonly OutputColumn[] Columns =
    [
        new("at", "at", SweepTable.LocalTime),
        OutputColumn.Number("attempt", "attempt"),
        new("event", "event"),
        new("worker", "worker"),
        new("reason", "reason"),
        new("detail", "detail"),
    ];

    public static OutputTable Of(IEnumerable<TrialEvent> events) => new(
        Columns,
        [.. events.Select(row => (IReadOnlyList<object?>)[row.At, row.Attempt, row.Event, row.Worker, row.Reason, row.Detail])]);
}
