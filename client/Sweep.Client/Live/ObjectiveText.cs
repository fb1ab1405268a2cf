using Sweep.Client.Reports.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Live;

/// <summary>The values of several objectives in words.</summary>
internal static class ObjectiveText
{
    /// <summary>What a trial has in the objectives beside the one by which its best epoch is chosen; empty with one objective.</summary>
    public static string Others(SweepSpec spec, TrialSummary trial) => string.Join(
        ", ",
        from objective in spec.AllObjectives
        where objective != spec.Objective
        let value = ObjectiveMetrics.Value(objective.Metric, trial.Best, trial.Result)
        where value is not null
        select $"{objective.Metric} {MeasureFormat.Of(objective.Metric.Name)(value.Value)}");
}
