using Sweep.Client.Output;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each environment in which attempts trained: what may change the bits of results.</summary>
internal static class EnvironmentTable
{
    public static OutputTable Of(SweepReport report) => new(
        [
            new("torch", "torch"),
            new("processor", "processor"),
            new("capability", "instructions"),
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
                row.Environment.Torch, row.Environment.Processor, row.Environment.Capability, row.Environment.Threads,
                row.Environment.Device, row.Environment.Gpu, row.Environment.Driver, row.Environment.Precision, row.Attempts, row.Trials,
            ]),
        ]);
}
