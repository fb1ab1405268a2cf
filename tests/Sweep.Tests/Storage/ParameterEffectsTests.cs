using System.Globalization;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Compares the view parameter_effects with the numbers of the report, which computes them in C#.</summary>
public sealed class ParameterEffectsTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_view_agrees_with_the_report_on_values_numbers_and_shares(int replicates)
    {
        var name = $"effects-{replicates}";
        var spec = Spec(name) with
        {
            Replicates = replicates,
            Parameters = new([
                new(
                    "cell",
                    new DimensionDomain.Choice(
                        [new ParameterValue.Word("rnn"), new ParameterValue.Word("lstm"), new ParameterValue.Word("gru")])),
                new("layers", new DimensionDomain.Choice([new ParameterValue.Whole(3), new ParameterValue.Whole(1)])),
                new("learning_rate", new DimensionDomain.Range(0.001, 0.012, Scale.Linear, 12, null)),
            ]),
        };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.For(spec).Trials()], Cancellation);
        await database.RunAsync($"""
            update trials set state = 'succeeded',
              best_value = 2 + sin(number * 1.7) * (params ->> 'layers')::integer, best_score = 1, best_epoch = 1,
              train_seconds = number, parameters = 1000 * number, model_bytes = 4000 * number, macs = 1, inference_ms = 1,
              inference_windows_per_second = 1, training_windows = 1,
              validation_windows = 1, peak_memory_bytes = 1, sample = ''
            where sweep_id = {id};
            update trials set state = 'failed', best_value = null where sweep_id = {id} and number % 10 = 3;
            update trials set best_value = 'nan' where sweep_id = {id} and number in (7, 8);
            update trials set state = 'cancelled' where sweep_id = {id} and number = 20;
            update trials set state = 'running' where sweep_id = {id} and number = 21;
            """);

        // The trials of another sweep must not count.
        await database.AddSweepAsync(trials: 3);
        var effects = SweepReport.Of(spec, await database.Reader.TrialsAsync(id, Cancellation)).Effects;
        Assert.Equal((3, 2, 4), (Values("cell"), Values("layers"), Values("learning_rate")));
        foreach (var effect in effects)
        {
            var rows = (await database.Reader.QueryAsync(
                "select value, succeeded, failed, mean, deviation, mean_train_seconds, mean_parameters, mean_model_bytes, explained, "
                    + "chance "
                    + $"from parameter_effects where sweep = '{name}' and parameter = '{effect.Parameter}' order by position",
                Cancellation)).Rows;
            if (effect.Parameter != "learning_rate")
                Assert.Equal(effect.Values.Select(value => value.Value), rows.Select(row => row[0]));
            Assert.Equal(
                effect.Values.Select(value => ((long)value.Count, (long)value.Failed)),
                rows.Select(row => (long.Parse(row[1]!, CultureInfo.InvariantCulture), long.Parse(row[2]!, CultureInfo.InvariantCulture))));
            Assert.All(rows.Zip(effect.Values), pair =>
            {
                Assert.Equal(
                    [
                        pair.Second.Objective!.Mean, pair.Second.Objective.Deviation!.Value, pair.Second.TrainSeconds!.Mean,
                        pair.Second.ModelParameters!.Mean, pair.Second.ModelBytes!.Mean, effect.Raw!.Value,
                        effect.Chance!.Value,
                    ],
                    pair.First.Skip(3).Select(value => double.Parse(value!, CultureInfo.InvariantCulture)),
                    (expected, found) => Math.Abs(expected - found) < 1e-9 * Math.Max(1, Math.Abs(expected)));
            });
        }

        var quarters = (await database.Reader.QueryAsync(
            "select value, value_from, value_to from parameter_effects "
                + $"where sweep = '{name}' and parameter = 'learning_rate' order by position",
            Cancellation)).Rows;
        Assert.StartsWith("0.00100 … ", quarters[0][0]!, StringComparison.Ordinal);
        Assert.Equal(
            (0.001, 0.012),
            (double.Parse(quarters[0][1]!, CultureInfo.InvariantCulture), double.Parse(quarters[3][2]!, CultureInfo.InvariantCulture)));

        int Values(string parameter) => effects.Single(effect => effect.Parameter == parameter).Values.Count;
    }

    [Theory]
    [InlineData(1, "a single trial has nothing to compare with")]
    [InlineData(2, "no value succeeded twice")]
    public async Task No_variance_is_explained_where_there_are_too_few_trials(int succeeded, string why)
    {
        var spec = Spec($"few-{succeeded}") with
        {
            Parameters = new([new("layers", new DimensionDomain.Choice([new ParameterValue.Whole(1), new ParameterValue.Whole(2)]))]),
        };
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.For(spec).Trials()], Cancellation);
        await database.RunAsync(
            $"update trials set state = case when number <= {succeeded} then 'succeeded' else 'failed' end, "
                + $"best_value = number where sweep_id = {id}");
        var rows = (await database.Reader.QueryAsync(
            $"select succeeded, explained from parameter_effects where sweep_id = {id} order by position", Cancellation)).Rows;
        Assert.True(rows.Count == 2 && rows.All(row => row[1] is null), why);
        Assert.Equal(succeeded, rows.Sum(row => long.Parse(row[0]!, CultureInfo.InvariantCulture)));
    }
}
