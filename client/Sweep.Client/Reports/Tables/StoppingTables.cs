using Sweep.Client.Output;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Tables;

/// <summary>The table of what stopping rules decided.</summary>
internal static class StoppingTables
{
    public static OutputTable Rungs(IEnumerable<Rung> rungs) => new(
        [
            OutputColumn.Number("epoch", "after epoch"),
            OutputColumn.Number("judged", "judged"),
            OutputColumn.Number("went_on", "went on"),
            OutputColumn.Number("stopped", "stopped"),
            OutputColumn.Number("bound", "last bound", Quantities.Metric),
        ],
        [
            .. rungs.Select(rung => (IReadOnlyList<object?>)
                [rung.Epoch, rung.Judged, rung.Judged - rung.Stopped, rung.Stopped, rung.Bound]),
        ]);
}
