using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Storage.Reading;

namespace Sweep.Client.Tables;

/// <summary>One row for each sweep.</summary>
internal static class SweepTable
{
    private static readonly OutputColumn[] Columns =
    [
        new("name", "sweep"),
        new("state", "state"),
        OutputColumn.Number("trials", "trials"),
        OutputColumn.Number("succeeded", "done"),
        OutputColumn.Number("running", "running"),
        OutputColumn.Number("queued", "waiting"),
        OutputColumn.Number("stopped", "stopped", dispensable: true),
        OutputColumn.Number("failed", "failed"),
        OutputColumn.Number("cancelled", "cancelled", dispensable: true),
        OutputColumn.Number("epochs_done", "epochs", dispensable: true),
        OutputColumn.Number("epochs_total", "of", dispensable: true),
        new("metric", "objective"),
        OutputColumn.Number("best_value", "best", Quantities.Metric),
        OutputColumn.Number("best_trial", "trial"),
        new("created_at", "created", LocalTime, Dispensable: true),
        new("ended_at", "ended", LocalTime, Dispensable: true),
        new("budget_left", "budget left", Dispensable: true, Seldom: true),
        new("ended_by", "budget met", Dispensable: true, Seldom: true),
        new("not_reproducible", "not reproducible", Dispensable: true, Seldom: true),
        new("proposal_refused", "refused", Dispensable: true, Seldom: true),
    ];

    public static OutputTable Of(IEnumerable<SweepOverview> sweeps) => new(Columns,
    [
        .. sweeps.Select(sweep => (IReadOnlyList<object?>)
        [
            sweep.Name, sweep.State, sweep.Trials, sweep.Succeeded, sweep.Running, sweep.Queued, sweep.Stopped, sweep.Failed,
            sweep.Cancelled, sweep.EpochsDone,
            sweep.Spec.HasEpochLimit ? sweep.EpochsTotal : null, SearchText.Metrics(sweep.Spec), sweep.BestValue, sweep.BestTrial,
            sweep.CreatedAt, sweep.EndedAt,
            BudgetText.Left(sweep) is { Length: > 0 } left ? left : null, sweep.EndedBy, sweep.NotReproducible, sweep.Refused,
        ]),
    ]);

    internal static string LocalTime(object time) => Quantities.LocalTime((DateTimeOffset)time);
}
