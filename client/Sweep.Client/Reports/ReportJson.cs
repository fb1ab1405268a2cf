using Sweep.Client.SweepFiles;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports;

/// <summary>The whole report as JSON, for programs.</summary>
internal static class ReportJson
{
    public static object Of(SweepOverview sweep, SweepReport report, SweepComparison? comparison = null) => new
    {
        sweep = sweep.Name,
        state = sweep.State,
        dataset = report.Spec.Program is null ? report.Spec.Dataset : null,
        program = report.Spec.Program is { } program ? ProgramText.WithoutValues(program) : null,
        metrics = report.Reported,
        objective = report.Spec.Objective,
        objectives = report.Objectives?.Objectives,
        trials = report.Rows.Select(row => TrialJson.Of(row, report.Spec)),
        points = report.Points.Select(point => new
        {
            point.Rank,
            parameters = new ParameterMap(
                [.. report.Spec.Parameters.VaryingWithoutSeed.Select(name => (name, point.Parameters.ValueOf(name)))]),
            trials = point.Trials.Select(trial => trial.Number).ToArray(),
            point.Objective,
            point.Values,
        }),
        front = report.Objectives?.Front.Select(point => new
        {
            trials = point.Trials.Select(trial => trial.Number).ToArray(),
            point.Values,
        }),
        hypervolume = report.Objectives?.Hypervolume,
        effects = report.Effects,
        measures = report.Measures.Select(influence => new
        {
            influence.Measure.Name,
            influence.Measure.Unit,
            influence.Measure.Goal,
            influence.Effects,
        }),
        importance = report.Decomposition,
        fronts = report.Fronts.Select(front => new
        {
            front.Metric,
            front.Cost,
            trials = front.Trials.Select(trial => trial.Number).ToArray(),
        }),
        answer = report.Answer,
        verdict = report.Verdict,
        notes = report.Notes,
        environments = report.Environments,
        comparisons = report.Comparisons.Select(
            row => new { row.Number, row.Epoch, row.TrainLoss, row.ValLoss, row.ValAccuracy, row.TrainSeconds }),
        compare = comparison is null ? null : new
        {
            sweep = comparison.There,
            comparison.Verdict,
            comparison.Notes,
            pairs = comparison.Pairs.Select(pair => new
            {
                here = TrialJson.Of(pair.Here, report.Spec),
                there = TrialJson.Of(pair.There, comparison.OtherSpec),
            }),
        },
    };
}
