using System.Text.Encodings.Web;
using System.Text.Json;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Pages;

/// <summary>The numbers behind the page's charts, as JSON that is safe inside a script element.</summary>
internal static class ReportData
{
    /// <summary>The greatest number of trials in the scatter plots, not counting those on the Pareto fronts.</summary>
    public const int MostDots = 2000;

    /// <summary>The greatest number of trials in the parallel coordinates.</summary>
    public const int MostLines = 400;

    // The default encoder writes <, > and & as \u003C, \u003E and \u0026, so that no text can end the script element.
    private static readonly JsonSerializerOptions Options = new(JsonOutput.Options)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.Default,
    };

    public static string Of(ReportContents contents)
    {
        var report = contents.Report;
        var varying = report.Spec.Parameters.Varying;
        var dots = Evenly(report.Rows.Where(row => row is { Best: not null, Result: not null }), MostDots)
            .Union(report.Fronts.SelectMany(front => front.Trials)).ToList();
        return JsonSerializer.Serialize(
            new
            {
                metric = report.Spec.Objective.Metric,
                goal = report.Spec.Objective.Goal,
                varying,
                colours = report.Effects.Select(effect => effect.Parameter),
                trials = dots.Union(ReportContents.CurveTrials(report)).OrderBy(row => row.Number).Select(row => Trial(row, varying)),
                dots = dots.Select(row => row.Number),
                lines = Evenly(dots, MostLines).Select(row => row.Number),
                curves = contents.Curves.GroupBy(row => row.Number).Select(Curve),
                fronts = report.Fronts.Select(front => new { front.Metric, front.Cost, trials = front.Trials.Select(row => row.Number) }),
                shares = report.Decomposition is { } parts
                    ? parts.Shares.Select(share => new { name = string.Join(" × ", share.Parameters), share.Share })
                        .Append(new { name = "the rest", Share = parts.Rest })
                    : report.Effects.Where(effect => effect.Explained is not null)
                        .Select(effect => new { name = effect.Parameter, Share = effect.Explained!.Value }),
                effects = report.Effects.Select(effect => new
                {
                    effect.Parameter,
                    values = effect.Values.Where(value => value.Objective is not null)
                        .Select(value => new
                        {
                            value.Value, value.Objective!.Mean, value.Objective.Deviation, value.Objective.Low, value.Objective.High,
                        }),
                }),
            },
            Options);
    }

    private static object Trial(TrialSummary row, IEnumerable<string> varying) => new
    {
        n = row.Number,
        p = varying.ToDictionary(name => name, name => row.Parameters.ValueOf(name).ToString()),
        best = row.BestValue,
        epoch = row.Best?.Epoch,
        val_loss = row.Best?.ValLoss,
        val_accuracy = row.Best?.ValAccuracy,
        train_seconds = row.Result?.TrainSeconds,
        model_bytes = row.Result?.ModelBytes,
        macs = row.Result?.Macs,
    };

    private static object Curve(IEnumerable<(int Number, EpochMetrics Metrics)> rows)
    {
        var epochs = rows.ToList();
        return new
        {
            n = epochs[0].Number,
            epoch = epochs.Select(row => row.Metrics.Epoch),
            train_loss = epochs.Select(row => Math.Round(row.Metrics.TrainLoss, 5)),
            val_loss = epochs.Select(row => Math.Round(row.Metrics.ValLoss, 5)),
            val_accuracy = epochs.Select(row => Math.Round(row.Metrics.ValAccuracy, 5)),
        };
    }

    /// <summary>At most <paramref name="most"/> of the rows, evenly spaced in their order. The first row is always among them.</summary>
    private static IEnumerable<TrialSummary> Evenly(IEnumerable<TrialSummary> rows, int most)
    {
        var all = rows.ToList();
        return all.Count <= most ? all : Enumerable.Range(0, most).Select(index => all[(int)((long)index * all.Count / most)]);
    }
}
