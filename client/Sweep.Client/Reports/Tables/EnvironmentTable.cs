using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each environment in which attempts trained: what may change the bits of results.</summary>
internal static class EnvironmentTable
{
    public static OutputTable Of(SweepReport report)
    {
        var hasTorch = report.Environments.Any(row => row.Environment.Torch is not null);
        return new(
        [
            .. hasTorch ? [new("torch", "torch")] : Array.Empty<OutputColumn>(),
            new("processor", "processor"),
            .. hasTorch ? [new("capability", "instructions")] : Array.Empty<OutputColumn>(),
            OutputColumn.Number("threads", "threads"),
            new("device", "device"),
            new("gpu", "GPU"),
            new("driver", "driver", Dispensable: true),
            new("precision", "precision", Dispensable: true),
            OutputColumn.Number("attempts", "attempts"),
            OutputColumn.Number("trials", "trials"),
        ],
        [
            .. report.Environments.Select(row => (IReadOnlyList<object?>)
            [
                .. hasTorch ? [row.Environment.Torch] : Array.Empty<object?>(),
                row.Environment.Processor,
                .. hasTorch ? [row.Environment.Capability] : Array.Empty<object?>(),
                row.Environment.Threads, row.Environment.Device, row.Environment.Gpu, row.Environment.Driver, row.Environment.Precision,
                row.Attempts, row.Trials,
            ]),
        ]);
    }
}
