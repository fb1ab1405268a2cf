using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Tables;

/// <summary>One row for each worker.</summary>
internal static class WorkerTable
{
    private static readonly OutputColumn[] Columns =
    [
        new("name", "worker"),
        new("host", "host"),
        OutputColumn.Number("process_id", "process"),
        new("alive", "alive", value => (bool)value ? "yes" : "no"),
        new("state", "state"),
        OutputColumn.Number("busy", "busy"),
        OutputColumn.Number("slots", "slots"),
        new("devices", "devices", value => string.Join(", ", (IReadOnlyList<string>)value)),
        new("labels", "labels", value => string.Join(", ", (IReadOnlyList<string>)value)),
        new("message", "message"),
        new("started_at", "started", SweepTable.LocalTime, Dispensable: true),
        new("seen_at", "seen", SweepTable.LocalTime, Dispensable: true),
    ];

    public static OutputTable Of(IEnumerable<WorkerOverview> workers) => new(Columns,
    [
        .. workers.Select(worker => (IReadOnlyList<object?>)
        [
            worker.Name, worker.Host, worker.ProcessId, worker.Alive, PlainText.Of(worker.State), worker.Busy,
            worker.Devices.Count, worker.Devices, worker.Labels, worker.Message, worker.StartedAt, worker.SeenAt,
        ]),
    ]);
}
