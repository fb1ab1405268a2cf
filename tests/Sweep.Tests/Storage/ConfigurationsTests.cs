using System.Globalization;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Compares the view configurations with the points of the report, which computes them in C#.</summary>
public sealed class ConfigurationsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_view_agrees_with_the_report_on_means_and_intervals_and_the_best_point_is_its_first()
    {
        var spec = Spec("points") with
        {
            Replicates = 40,
            Parameters = new(
            [
                new("hidden_size", new DimensionDomain.Choice(
                    [new ParameterValue.Whole(4), new ParameterValue.Whole(8), new ParameterValue.Whole(16)])),
                new("layers", new DimensionDomain.Choice([new ParameterValue.Whole(1), new ParameterValue.Whole(2)])),
            ]),
        };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.For(spec).Trials()], Cancellation);
        Assert.Null(await database.Reader.BestPointAsync(id, Cancellation));
        // Point 1 has 40 values, point 2 two, point 3 a single one, point 4 none, and points 5 and 6 have 39, with one that is no number.
        await database.RunAsync($"""
            update trials set state = 'succeeded',
              best_value = 2 + sin(number * 1.7) + number / 40, best_score = 2 + sin(number * 1.7) + number / 40, best_epoch = 1,
              train_seconds = number, parameters = 1000, model_bytes = 4000, macs = 1, inference_ms = 1,
              inference_windows_per_second = 1, training_windows = 1, validation_windows = 1, peak_memory_bytes = 1, sample = ''
            where sweep_id = {id};
            update trials set state = 'failed', best_value = null, best_score = null
              where sweep_id = {id} and (number between 43 and 80 or number between 82 and 160);
            update trials set best_value = 'nan' where sweep_id = {id} and number in (170, 210);
            """);
        await database.AddSweepAsync(trials: 3);

        var points = SweepReport.Of(spec, await database.Reader.TrialsAsync(id, Cancellation)).Points;
        Assert.Equal([40, 39, 39, 2, 1, 0], points.Select(point => point.Objective?.Count ?? 0).OrderDescending());
        foreach (var point in points)
        {
            var row = Assert.Single((await database.Reader.QueryAsync(
                "select trials, succeeded, mean, deviation, low, high, mean_train_seconds from configurations "
                    + $"where sweep = 'points' and first_trial = {point.Trials[0].Number}",
                Cancellation)).Rows);
            Assert.Equal((40L, point.Succeeded.Count()), (Number(row[0])!.Value, (int)Number(row[1])!.Value));
            Near(point.Objective?.Mean, Number(row[2]));
            Near(point.Objective?.Deviation, Number(row[3]));
            Near(point.Objective?.Low, Number(row[4]));
            Near(point.Objective?.High, Number(row[5]));
            Near(point.Of(trial => trial.Result?.TrainSeconds)?.Mean, Number(row[6]));
        }

        var best = points.First(point => point.Objective is { Count: > 1 });
        var found = (await database.Reader.BestPointAsync(id, Cancellation))!.Value;
        Assert.Equal((best.Trials[0].Number, best.Objective!.Count), (found.First, found.Objective.Count));
        Near(best.Objective.Margin, found.Objective.Margin);

        static double? Number(string? text) => text is null ? null : double.Parse(text, CultureInfo.InvariantCulture);

        static void Near(double? expected, double? found)
        {
            Assert.Equal(expected is null, found is null);
            Assert.Equal(expected ?? 0, found ?? 0, 1e-6);
        }
    }
}
