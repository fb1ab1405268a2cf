using System.Globalization;
using Sweep.Client.Output;
using Sweep.Client.Programs;
using Sweep.Client.Reports.Tables;
using Sweep.Client.SweepFiles;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Pages;

/// <summary>The sections of the report, in order. A section that would be empty is left out.</summary>
internal static class ReportSections
{
    /// <summary>The greatest number of rows in a table; a browser still sorts so many without a delay.</summary>
    public const int MostRows = 2000;

    private const int MostFailures = 20;

    public static IReadOnlyList<ReportSection> Of(ReportContents contents)
    {
        var report = contents.Report;
        List<ReportSection?> sections =
        [
            Question(contents),
            new(
                "answer",
                "The answer",
                [
                    new ReportBlock.Lead([report.Answer, report.Verdict]),
                    .. report.Notes.Select(note => new ReportBlock.Paragraph(note)),
                ]),
            Comparison(contents),
            Published(report),
            Trials(contents),
            ObjectiveSection.Of(report),
            Curves(contents),
            Costs(report),
            Effects(report),
            Pairs(report),
            AllAtOnce(report),
            Samples(report),
            SearchSections.Search(contents),
            Stopping(contents),
            SearchSections.Replay(contents),
            Attempts(contents),
            RepeatSection.Of(contents),
        ];
        return [.. sections.OfType<ReportSection>()];
    }

    private static ReportSection Question(ReportContents contents)
    {
        var spec = contents.Sweep.Spec;
        List<(string, string)> rows =
        [
            .. spec.Program is { } program ? [("Program", ShellText.Of(program.Command))] : Dataset(contents, spec.Dataset),
            ("Objective", SearchText.Aims(spec)),
            ("Trials",
                Invariant($"{contents.Sweep.Trials:#,0}, ")
                + SearchText.Of(spec)
                + Invariant($"; {contents.Sweep.Succeeded:#,0} succeeded, {contents.Sweep.Failed:#,0} failed")
                + (contents.Sweep.Stopped > 0 ? Invariant($", {contents.Sweep.Stopped:#,0} stopped") : "")),
            ("Stopping", spec.Stop is { } rules ? SweepFileText.Stop(rules) : ""),
            .. spec.Parameters.Varying.Select(
                name => (name, SweepFileText.Domain(spec.Parameters.Dimensions.Single(dimension => dimension.Name == name)))),
            ("Fixed", string.Join(", ", Constants(contents.Report))),
        ];
        return new("question", "The question", [new ReportBlock.Facts([.. rows.Where(row => row.Item2.Length > 0)])]);
    }

    private static IEnumerable<(string, string)> Dataset(ReportContents contents, DatasetSpec dataset)
    {
        var text = contents.Text is { } facts ? Invariant($": {facts.Characters:#,0} characters, {facts.Vocabulary} distinct") : "";
        return
        [
            ("Text", dataset.Name + text),
            ("Split",
                SplitText.Of(dataset)
                + (dataset.Kind == SplitKind.Tail
                    ? ": the end of the text"
                    : "; windows overlap, so the numbers on what is held out flatter")),
        ];
    }

    private static IEnumerable<string> Constants(SweepReport report) => report.Rows.Count == 0 ? [] : report.Spec.Parameters.Catalog.All
        .Select(definition => definition.Name)
        .Except(report.Spec.Parameters.Varying)
        .Select(name => $"{name} {report.Rows[0].Parameters.ValueOf(name)}");

    private static ReportSection? Comparison(ReportContents contents) => contents.Comparison is not { } comparison ? null : new(
        "compare",
        $"{comparison.Here} and {comparison.There}",
        [
            new ReportBlock.Lead([comparison.Verdict]),
            .. comparison.Notes.Select(note => new ReportBlock.Paragraph(note)),
            .. comparison.Pairs.Count == 0
                ? Array.Empty<ReportBlock>()
                : [new ReportBlock.Rows("Pairs of trials", PairTable.Of(comparison).First(MostRows))],
        ]);

    private static ReportSection? Published(SweepReport report) => report.Comparisons.Count == 0 ? null : new(
        "published",
        "Beside the published numbers",
        [new ReportBlock.Rows("Published and measured epochs", ComparisonTable.Of(report).First(MostRows))]);

    private static ReportSection Trials(ReportContents contents)
    {
        var report = contents.Report;
        return new(
            "trials",
            "The trials",
            [
                .. report.HasReplicates
                    ? [
                        new ReportBlock.Paragraph(
                            "Each point was trained with several seeds. "
                            + (report.Objectives is null
                                ? "Points share a rank where the spread between seeds does not tell their means apart (Welch's test at 5 %)"
                                : "The rank is that of the means of all objectives: 1 is the front")
                            + "; the interval is Student's, at 95 %."),
                        new ReportBlock.Rows("Points", PointTable.Of(report).First(MostRows)),
                    ]
                    : Array.Empty<ReportBlock>(),
                new ReportBlock.Paragraph(
                    (report.Reported is null ? Columns(report) : ColumnsOfProgram(report))
                    + (report.Rows.Count > MostRows
                        ? Invariant($" These are the first {MostRows:#,0} of {report.Rows.Count:#,0} trials; ")
                            + $"sweep export {contents.Sweep.Name} has all."
                        : "")),
                new ReportBlock.Rows("Trials", ReportTable.Of(report).First(MostRows), Filter(report)),
            ]);
    }

    private static string Filter(SweepReport report) => report.Reported is null
        ? "lstm 20, or val_loss<1.7"
        : $"a value, or {report.Spec.Objective.Metric}{(report.Spec.Objective.Goal == Goal.Minimize ? "<" : ">")}0.5";

    private static string Columns(SweepReport report) =>
        "Losses (nats a character), accuracy and perplexity are of each trial's best epoch, "
        + "and where it says last, of its last. The gap is validation loss minus training loss. "
        + (report.Rows.Any(row => row.Best?.Model?.ValLossError is not null)
            ? "± is the standard error of the loss before it, over its windows. "
            : "")
        + "Time is training time, infer is one window, MACs are multiply-accumulates of a forward pass for one window.";

    private static string ColumnsOfProgram(SweepReport report)
    {
        var objective = report.Spec.Objective;
        return "Metrics are what the program reported at each trial's best epoch, and where it says last, at its last. "
            + $"The best epoch is the one with the {(objective.Goal == Goal.Minimize ? "lowest" : "highest")} {objective.Metric}"
            + (objective.Unit is { } unit ? $" ({unit}). " : ". ")
            + "Time is wall time over all attempts, nothing counted twice, memory the most of all processes together in the last one.";
    }

    private static ReportSection? Curves(ReportContents contents)
    {
        var drawn = ReportContents.CurveTrials(contents.Report).Count();
        var all = contents.Report.Rows.Count;
        return contents.Curves.Count == 0 ? null : new("curves", "Learning curves",
        [
            new ReportBlock.Figure(
                "curves",
                (drawn < all ? Invariant($"The {drawn} best of {all:#,0} trials.") : "Every trial.") + " A dot marks the best epoch."
                + (contents.Curves.GroupBy(row => row.Number).Any(rows => rows.Max(row => row.Metrics.Epoch) > ReportContents.MostPoints)
                    ? Invariant($" Of long trainings about {ReportContents.MostPoints} epochs are drawn.") : "")),
        ]);
    }

    private static ReportSection? Costs(SweepReport report) => report.Fronts.All(front => front.Trials.Count == 0) ? null : new(
        "costs",
        "What a better trial costs",
        [
            new ReportBlock.Figure(
                "costs",
                "Each dot is a trial; the line joins those that no other one beats in both (the Pareto front). "
                + "Cost axes are logarithmic where they span much."
                + Part(report, ReportData.MostDots)),
            new ReportBlock.Paragraph(
                (report.Reported is null
                    ? "The trials on the Pareto fronts of accuracy and loss against each cost: "
                    : $"The trials on the Pareto front of {report.Spec.Objective.Metric} against time: ")
                + "no other trial is both at least as good and at least as cheap."),
            new ReportBlock.Rows("Pareto fronts", FrontTable.Of(report).First(MostRows)),
        ]);

    private static ReportSection? Effects(SweepReport report) => report.Effects.Count == 0 ? null : new(
        "effects",
        "What each parameter did",
        [
            new ReportBlock.Figure(
                "importance",
                "Share of the variance between the trials, without what chance adds to it; grey and marked where it is not told apart "
                + "from chance."
                + (report.Decomposition?.Shares.Count >= ReportData.MostShares
                    ? Invariant($" The {ReportData.MostShares} largest.")
                    : "")),
            new ReportBlock.Paragraph(report.Decomposition is { } parts
                ? $"Of the variance of {PlainText.Of(report.Spec.Objective.Metric)} between the trials, "
                    + Invariant($"what is listed explains {100 - (100 * parts.Rest):0.#} %; ")
                    + Invariant($"{parts.Rest * 100:0.#} % is left to other interactions and to chance. ")
                    + "Method: functional ANOVA (Hutter, Hoos and Leyton-Brown, ICML 2014), exact here since the trials are a full grid, "
                    + "as ω² (Hays 1963), with p by permutations (Freedman and Lane 1983), corrected for their number (Holm 1979)."
                : "The share is what each parameter explains beside all others, as ω² (Hays 1963), with p by permutations (Freedman and "
                    + "Lane 1983), corrected for their number (Holm 1979). "
                    + "The trials that succeeded are no full grid, so interactions cannot be separated."),
            .. report.Decomposition is null
                ? Array.Empty<ReportBlock>()
                : [new ReportBlock.Rows("Importance", ImportanceTable.Of(report.Decomposition))],
            new ReportBlock.Figure("shares", "What each parameter explains alone (on the diagonal), and each pair of them together."),
            new ReportBlock.Figure(
                "effects",
                $"A tick is the mean of the {(report.HasReplicates ? "points" : "trials")} with the value, and a bar its 95 % interval "
                + $"(Student's t; none for a single {(report.HasReplicates ? "point" : "trial")}). "
                + "Each faint dot is a trial."
                + (report.Effects.Count > ReportData.MostEffects
                    ? Invariant($" The {ReportData.MostEffects} parameters that explain most.")
                    : "")
                + Part(report, ReportData.MostDots)),
            new ReportBlock.Rows("Effects", EffectTable.Of(report)),
            new ReportBlock.Paragraph(
                "What each parameter explains of every number that trials end with; chance where it is not told apart from chance."),
            new ReportBlock.Rows("Influence", InfluenceTable.Of(report)),
            new ReportBlock.Paragraph("The means of all of these numbers for each value, with their 95 % intervals."),
            new ReportBlock.Rows("Means", MeasureTable.Of(report)),
        ]);

    private static ReportSection? Pairs(SweepReport report) => report.Effects.Count < 2 ? null : new(
        "pivot",
        "Two parameters together",
        [
            new ReportBlock.Figure(
                "pivot",
                "Means of the trials that succeeded with both values; the best is bold, and a stronger colour is a higher number. "
                + "Below it the same means as lines, where one of the two is a number."
                + Part(report, ReportData.MostTrials)),
        ]);

    private static ReportSection? AllAtOnce(SweepReport report) => report.Effects.Count == 0 ? null : new(
        "parallel",
        "All at once",
        [
            new ReportBlock.Figure(
                "parallel",
                "Each line is a trial, through its parameters to what it cost and reached. "
                + "Lines with the same value are spread around it. "
                + "Drag along an axis to choose a range; the table then has only its trials."
                + Part(report, ReportData.MostLines)),
        ]);

    /// <summary>How many of the trials a chart has, where it has not all of them.</summary>
    private static string Part(SweepReport report, int most) => report.Rows.Count <= most
        ? ""
        : Invariant($" {most:#,0} of {report.Rows.Count:#,0} trials, evenly over the ranking.");

    private static ReportSection? Samples(SweepReport report)
    {
        var written = report.Rows.Where(row => row.Result is { Sample.Length: > 0 }).ToList();
        if (written.Count == 0)
            return null;
        var shown = written.Count <= 9 ? written : [.. written.Take(7), written[written.Count / 2], written[^1]];
        return new("samples", "What they write",
        [
            new ReportBlock.Paragraph(
                "Text generated by each trial's best weights"
                + (shown.Count < written.Count ? ": the seven best, one from the middle, the last." : ", the best first.")),
            new ReportBlock.Samples([.. shown.Select(row => (Label(report, row), row.Result!.Prompt ?? "", row.Result.Sample))]),
        ]);
    }

    private static string Label(SweepReport report, TrialSummary row) =>
        Invariant($"Trial {row.Number}: {string.Join(
            ' ',
            report.Spec.Parameters.Varying.Zip(
                ParameterCell.Row(row.Parameters, report.Spec.Parameters.Varying),
                (name, value) => ParameterCell.Column(report.Spec.Parameters.Catalog.Find(name)!).Text(value)))}").TrimEnd(':', ' ')
        + (row.BestValue is { } value ? $", {PlainText.Of(report.Spec.Objective.Metric)} {Quantities.Metric(value)}" : "");

    private static ReportSection? Stopping(ReportContents contents)
    {
        if (contents.Rungs.Count == 0)
            return null;
        var stopped = contents.Report.Rows.Where(row => row.State == TrialState.Stopped).OrderBy(row => row.Number).ToList();
        var all = contents.Sweep.EpochsTotal + stopped.Sum(row => (long)row.MostEpochs - row.EpochsDone);
        return new("stopping", "What was stopped",
        [
            new ReportBlock.Paragraph(
                Invariant($"{stopped.Count:#,0} of {contents.Sweep.Trials:#,0} trials were stopped; ")
                + Invariant($"{contents.Sweep.EpochsDone:#,0} epochs were trained of {all:#,0} without the rules. ")
                + (contents.Report.Spec.Search?.Order == Domain.Search.SearchOrder.Arrival
                    ? "Trials were compared with those that were there, so another run may stop others."
                    : "Trials are judged by number and not by arrival, so the same ones stop at the same epochs each time.")),
            new ReportBlock.Rows("Where trials were judged", StoppingTables.Rungs(contents.Rungs)),
            .. stopped.Count == 0
                ? Array.Empty<ReportBlock>()
                : [new ReportBlock.Rows("Trials that were stopped", AttemptTables.Failed(contents.Report.Spec, stopped.Take(MostRows)))],
        ]);
    }

    private static ReportSection? Attempts(ReportContents contents)
    {
        if (contents.Events.Count == 0)
            return null;
        var failed = contents.Report.Rows.Where(row => row.State == TrialState.Failed).ToList();
        var attempts = contents.Report.Rows.Sum(row => row.Attempt);
        var again = contents.Report.Rows.Count(row => row.Attempt > 1);
        return new("attempts", "Attempts and failures",
        [
            new ReportBlock.Paragraph(
                Invariant($"{attempts:#,0} attempts at {contents.Sweep.Trials:#,0} trials; ")
                + Invariant($"{again:#,0} took more than one, {failed.Count:#,0} failed for good.")),
            new ReportBlock.Rows("What happened", AttemptTables.Events(contents.Events)),
            .. contents.Places.Count == 0
                ? Array.Empty<ReportBlock>()
                : [new ReportBlock.Rows("Where attempts ran", AttemptTables.Places(contents.Places).First(MostFailures))],
            .. contents.Report.Environments.Count < 2
                ? Array.Empty<ReportBlock>()
                : [new ReportBlock.Rows("What attempts computed with", EnvironmentTable.Of(contents.Report).First(MostFailures))],
            .. failed.Count == 0 ? Array.Empty<ReportBlock>() :
            [
                new ReportBlock.Paragraph(
                    failed.Count > MostFailures ? Invariant($"The first {MostFailures} trials that failed:") : "The trials that failed:"),
                new ReportBlock.Rows("Failed trials", AttemptTables.Failed(contents.Report.Spec, failed.Take(MostFailures))),
            ],
        ]);
    }

    private static OutputTable First(this OutputTable table, int rows) => table with { Rows = [.. table.Rows.Take(rows)] };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
