using System.Globalization;
using Sweep.Client.Local;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;
using Sweep.Storage.Reading;

namespace Sweep.Benchmarks.Published;

/// <summary>
/// Trains the nine cells of the published experiment with several seeds, held out as published and by position, and prints their means with
/// 95 % intervals beside the published numbers, as the tables of <c>docs/published.md</c>.
/// </summary>
public static class PublishedBenchmark
{
    private const int Epochs = 100;
    private static readonly string[] Splits = ["windows", "tail"];

    /// <param name="arguments">The published text, and how many seeds each cell is trained with.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var replicates = 5;
        if (arguments is not [var text, .. var rest] || !File.Exists(text)
            || rest is not ([] or [_])
            || (rest is [var number] && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out replicates)
                || replicates < 2)))
        {
            Console.Error.WriteLine(
                $"published: found {string.Join(' ', arguments)}; write the path of the published text and, if not 5, how many " +
                "replicates (at least 2).");
            return 2;
        }

        using var folder = new TemporaryFolder("published");
        foreach (var split in Splits)
        {
            await SweepRun.Async(
                folder.Path, SweepRun.Example("next-character.yaml"), "--name", split, "--set", $"dataset.path={Path.GetFullPath(text)}",
                "--set", $"dataset.split={split}", "--set", string.Create(CultureInfo.InvariantCulture, $"replicates={replicates}"));
        }

        await using var server = await PrivatePostgres.StartAsync(folder.Path);
        await using var source = Database.Open(server.ConnectionString);
        foreach (var split in Splits)
        {
            await PrintAsync(new SweepReader(source), split, Published());
            Console.WriteLine();
        }

        return 0;
    }

    private static async Task PrintAsync(SweepReader reader, string name, Dictionary<(string Cell, int Length), double[]> published)
    {
        var sweep = (await reader.FindAsync(name, CancellationToken.None))!;
        var report = SweepReport.Of(sweep.Spec, await reader.TrialsAsync(sweep.Id, CancellationToken.None));
        Console.WriteLine(
            $"""
            ## `split: {name}`

            {report.Answer} {report.Verdict}

            | rank | cell | length | loss | published | accuracy | published | best loss | training loss | published | training |
            |---|---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var point in report.Points)
        {
            var parameters = point.Parameters.ForModel();
            var cell = parameters.Cell.ToString().ToLowerInvariant();
            var there = published[(cell, parameters.SequenceLength)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {point.Rank} | {cell} | {parameters.SequenceLength} "
                + $"| {Of(point, trial => trial.Last?.Model?.ValLoss)} | {there[1]:0.000} "
                + $"| {Of(point, trial => trial.Last?.Model?.ValAccuracy)} "
                + $"| {there[2]:0.000} | {Of(point, trial => trial.BestValue)} | {Of(point, trial => trial.Last?.Model?.TrainLoss)} "
                + $"| {there[0]:0.000} | {point.Succeeded.Average(trial => trial.Result?.TrainProcessorSeconds):0.0} s |"));
        }

        Console.WriteLine();
        PrintLengths(report);
    }

    /// <summary>Prints what longer windows change after the last epoch, over all pairs of trials with one cell and one seed.</summary>
    private static void PrintLengths(SweepReport report)
    {
        var trials = report.Points.SelectMany(point => point.Succeeded)
            .ToLookup(trial => trial.Parameters.ForModel() with { SequenceLength = 0 });
        foreach (var (shorter, longer) in ((int, int)[])[(10, 20), (20, 30), (10, 30)])
        {
            Console.WriteLine($"- {longer} instead of {shorter} characters: loss {Difference(trial => trial.Last?.Model?.ValLoss)}, "
                + $"accuracy {Difference(trial => trial.Last?.Model?.ValAccuracy)}, best loss {Difference(trial => trial.BestValue)}");

            string Difference(Func<TrialSummary, double?> read) => Text(
                trials.Select(group => read(Trial(group, longer)) - read(Trial(group, shorter))).OfType<double>(), "+0.000;−0.000");
        }

        static TrialSummary Trial(IEnumerable<TrialSummary> group, int length) =>
            group.Single(trial => trial.Parameters.ForModel().SequenceLength == length);
    }

    private static string Of(ReportPoint point, Func<TrialSummary, double?> read) =>
        Text(point.Succeeded.Select(read).OfType<double>(), "0.000");

    private static string Text(IEnumerable<double> numbers, string format)
    {
        var spread = Spread.Of([.. numbers])!;
        return $"{spread.Mean.ToString(format, CultureInfo.InvariantCulture)} ± " +
            spread.Margin?.ToString("0.000", CultureInfo.InvariantCulture);
    }

    /// <summary>Training loss, validation loss and accuracy after the last epoch.</summary>
    private static Dictionary<(string Cell, int Length), double[]> Published() => File
        .ReadLines(SweepRun.Example(Path.Combine("reference", "next-character.csv")))
        .Skip(1)
        .Select(line => line.Split(','))
        .Where(fields => int.Parse(fields[2], CultureInfo.InvariantCulture) == Epochs)
        .ToDictionary(
            fields => (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture)),
            fields => fields[3..6].Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray());
}
