using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Pages;

/// <summary>The numbers behind the page's charts, as JSON that is safe inside a script element.</summary>
internal static class ReportData
{
    /// <summary>The greatest number of trials in the scatter plots, not counting those on the Pareto fronts.</summary>
    public const int MostDots = 2000;

    /// <summary>The greatest number of trials of which the page has the numbers, not counting those in its table and charts.</summary>
    public const int MostTrials = 5000;

    /// <summary>The greatest number of shares in the bars.</summary>
    public const int MostShares = 12;

    /// <summary>The greatest number of parameters with a chart of what their values did.</summary>
    public const int MostEffects = 6;

    /// <summary>The greatest number of trials in the parallel coordinates.</summary>
    public const int MostLines = 400;

    // The default encoder writes <, > and & as \u003C, \u003E and \u0026, so that no text can end the script element.
    private static readonly JsonSerializerOptions Options = new(JsonOutput.Options)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.Default,
    };

    /// <summary>The numbers of a trial of the built-in model by which tables and charts compare trials, by their names in SQL.</summary>
    private static readonly (string Name, Func<TrialSummary, double?> Value)[] OfModel =
    [
        ("val_loss", row => row.Best?.Model?.ValLoss),
        ("val_accuracy", row => row.Best?.Model?.ValAccuracy),
        ("perplexity", row => row.Best?.Model?.Perplexity),
        ("train_loss", row => row.Best?.Model?.TrainLoss),
        ("gap", row => row.Best?.Model?.Gap),
        ("test_loss", row => row.Result?.Test?.Loss),
        ("test_accuracy", row => row.Result?.Test?.Accuracy),
        ("last_train_loss", row => row.Last?.Model?.TrainLoss),
        ("last_val_loss", row => row.Last?.Model?.ValLoss),
        ("last_val_accuracy", row => row.Last?.Model?.ValAccuracy),
        ("last_perplexity", row => row.Last?.Model?.Perplexity),
        ("last_gap", row => row.Last?.Model?.Gap),
        ("train_seconds", row => row.Result?.TrainSeconds),
        ("train_processor_seconds", row => row.Result?.TrainProcessorSeconds),
        ("inference_ms", row => row.Result?.InferenceMilliseconds),
        ("parameters", row => row.Result?.Parameters),
        ("model_bytes", row => row.Result?.ModelBytes),
        ("macs", row => row.Result?.Macs),
    ];

    /// <summary>The learning curves of the built-in model, in the order of their charts.</summary>
    private static readonly (string Name, Func<EpochReport, double?> Value)[] CurvesOfModel =
    [
        ("val_loss", epoch => epoch.Model?.ValLoss),
        ("train_loss", epoch => epoch.Model?.TrainLoss),
        ("val_accuracy", epoch => epoch.Model?.ValAccuracy),
        ("gap", epoch => epoch.Model?.Gap),
    ];

    public static string Of(ReportContents contents)
    {
        var report = contents.Report;
        var varying = report.Spec.Parameters.Varying;
        var measured = report.Rows.Where(row => row is { Best: not null, TrainSeconds: not null }).ToList();
        var measures = report.Reported is { } reported
            ? [.. ReportMeasure.Of(report.Spec, reported).Select(measure => (measure.Name, measure.Read))]
            : OfModel;
        var dots = Evenly(measured, MostDots).Union(report.Fronts.SelectMany(front => front.Trials)).ToList();
        var trials = Evenly(measured, MostTrials)
            .Union(dots)
            .Union(report.Rows.Take(ReportSections.MostRows))
            .Union(ReportContents.CurveTrials(report))
            .Union(ObjectiveData.Trials(report))
            .OrderBy(row => row.Number)
            .ToList();
        return JsonSerializer.Serialize(
            new
            {
                metric = report.Spec.Objective.Metric,
                goal = report.Spec.Objective.Goal,
                unit = report.Spec.Objective.Unit,
                reported = report.Reported?.Take(ReportMeasure.MostOthers + 1),
                varying,
                colours = report.Effects.Select(effect => effect.Parameter),
                trials = Trials(trials, report.Spec.Parameters, measures),
                dots = dots.Select(row => row.Number),
                lines = Evenly(dots, MostLines).Select(row => row.Number),
                curves = contents.Curves.GroupBy(row => row.Number).Select(rows => Curve([.. rows], report.Reported)),
                fronts = report.Fronts.Select(front => new { front.Metric, front.Cost, trials = front.Trials.Select(row => row.Number) }),
                objectives = ObjectiveData.Of(report),
                shares = Shares(report),
                student = Student(report),
                search = SearchData.Search(contents),
                replay = SearchData.Replay(contents),
                most_shares = MostShares,
                most_effects = MostEffects,
                effects = report.Effects.Select(effect => new
                {
                    effect.Parameter,
                    values = effect.Values.Where(value => value.Objective is not null).Select(Effect),
                }),
            },
            Options);
    }

    /// <summary>
    /// How many standard errors the 95 % interval of a mean reaches: the mean of two numbers, of three, and so on up to the most replicates
    /// of a point.
    /// </summary>
    private static IEnumerable<double> Student(SweepReport report) => Enumerable
        .Range(2, Math.Max(0, report.Points.Select(point => point.Trials.Count).DefaultIfEmpty().Max() - 1))
        .Select(Spread.StandardErrors);

    /// <summary>
    /// The share of each parameter and each pair of parameters, and whether it is told apart from chance; the rest has no parameters.
    /// </summary>
    private static IEnumerable<object> Shares(SweepReport report) => report.Decomposition is { } parts
        ? parts.Shares.Select(share => new { share.Parameters, share.Share, share.Matters })
            .Append(new { Parameters = (IReadOnlyList<string>)[], Share = parts.Rest, Matters = true })
        : report.Effects.Where(effect => effect.Explained is not null)
            .Select(effect => new
            {
                Parameters = (IReadOnlyList<string>)[effect.Parameter],
                Share = effect.Explained!.Value,
                effect.Matters,
            });

    private static object Effect(ValueEffect value) =>
        new { value.Value, n = value.Objective!.Count, value.Objective.Mean, value.Objective.Low, value.Objective.High };

    /// <summary>
    /// The trials as columns, which are far shorter than as rows. A parameter has its values once, and for each trial the place of its one.
    /// </summary>
    private static object Trials(
        List<TrialSummary> trials, SearchSpace space, (string Name, Func<TrialSummary, double?> Value)[] measures) => new
        {
            n = trials.Select(row => row.Number),
            state = trials.Select(row => row.State),
            epoch = trials.Select(row => row.Best?.Epoch),
            best = trials.Select(row => Short(row.BestValue)),
            seconds = trials.Select(row => Short(row.TrainSeconds)),
            parameters = space.Varying.ToDictionary(name => name, name => Values(trials, space, name)),
            measures = measures.ToDictionary(measure => measure.Name, measure => trials.Select(row => Short(measure.Value(row)))),
        };

    /// <summary>The values of a list stand in its order, and values of a range in that of the trials.</summary>
    private static object Values(List<TrialSummary> trials, SearchSpace space, string name)
    {
        var texts = trials.Select(row => row.Parameters.ValueOf(name).ToString()!).ToList();
        var found = texts.ToHashSet();
        var listed = space.Dimensions.Where(dimension => dimension.Name == name)
            .SelectMany(dimension => dimension.Domain is DimensionDomain.Choice choice ? choice.Values : [])
            .Select(value => value.ToString()!);
        var values = listed.Where(found.Contains).Concat(texts).Distinct().ToList();
        var places = values.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new { values, at = texts.Select(text => places[text]) };
    }

    private static object Curve(List<CurvePoint> epochs, IReadOnlyList<Metric>? reported)
    {
        IEnumerable<(string Name, Func<EpochReport, double?> Value)> metrics =
            reported?.Take(ReportMeasure.MostOthers + 1)
                .Select(metric => (metric.Name, (Func<EpochReport, double?>)(epoch => epoch.Find(metric))))
            ?? CurvesOfModel;
        return new
        {
            n = epochs[0].Number,
            epoch = epochs.Select(row => row.Metrics.Epoch),
            seconds = epochs.Select(row => Short(row.Elapsed)),
            values = metrics.ToDictionary(metric => metric.Name, metric => epochs.Select(row => Short(metric.Value(row.Metrics)))),
        };
    }

    /// <summary>Six digits, more than a chart shows; null for a number that is not finite.</summary>
    private static double? Short(double? number) => number is { } value && double.IsFinite(value)
        ? double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : null;

    /// <summary>At most <paramref name="most"/> of the rows, evenly spaced in their order. The first row is always among them.</summary>
    private static IEnumerable<TrialSummary> Evenly(IEnumerable<TrialSummary> rows, int most)
    {
        var all = rows.ToList();
        return all.Count <= most ? all : Enumerable.Range(0, most).Select(index => all[(int)((long)index * all.Count / most)]);
    }
}
