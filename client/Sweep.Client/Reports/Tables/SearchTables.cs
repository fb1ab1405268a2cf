using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Tables;

/// <summary>The table of what proposed the trials of a sweep.</summary>
internal static class SearchTables
{
    public static OutputTable Proposers(IEnumerable<Proposer> proposers) => new(
        [
            new("proposed_by", "proposed by"),
            OutputColumn.Number("trials", "trials"),
            OutputColumn.Number("stopped", "stopped"),
            OutputColumn.Number("failed", "failed"),
            OutputColumn.Number("best", "best trial"),
            OutputColumn.Number("best_value", "its value", Quantities.Metric),
        ],
        [
            .. proposers.Select(one => (IReadOnlyList<object?>)
                [one.By ?? "not recorded", one.Trials, one.Stopped, one.Failed, one.Best, one.BestValue]),
        ]);
}
