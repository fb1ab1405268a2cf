using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each parameter and each pair of parameters: its share of the variance between the trials.</summary>
internal static class ImportanceTable
{
    public static OutputTable Of(VarianceDecomposition decomposition) => new(
        [
            new("parameters", "parameters"),
            OutputColumn.Number("share", "explains", Quantities.Percent),
            new("probability", "p", RightAligned: true),
        ],
        [
            .. decomposition.Shares.Select(share => (IReadOnlyList<object?>)
                [string.Join(" × ", share.Parameters), share.Share, ProbabilityText.Of(share.Probability)]),
            ["the rest", decomposition.Rest, ""],
        ]);
}
