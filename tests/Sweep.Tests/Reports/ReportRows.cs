using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Tests.Storage;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Reports;

/// <summary>Adds sweeps to a database with the rows that a cluster stores for them.</summary>
internal static class ReportRows
{
    public const string HostileSample =
        "to be </pre><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">";

    private static readonly DimensionDomain.Choice Cells = new(
        [new ParameterValue.Word("rnn"), new ParameterValue.Word("lstm"), new ParameterValue.Word("gru")]);

    private static readonly DimensionDomain.Choice Lengths = new(
        [new ParameterValue.Whole(10), new ParameterValue.Whole(20), new ParameterValue.Whole(30)]);

    public static SweepSpec Nine(string name, int epochs = 40) => StorageDatabase.Spec(name) with
    {
        Parameters = new(
        [
            new("cell", Cells),
            new("sequence_length", Lengths),
            new("hidden_size", new DimensionDomain.Choice([new ParameterValue.Whole(128)])),
            new("epochs", new DimensionDomain.Choice([new ParameterValue.Whole(epochs)])),
        ]),
    };

    /// <summary>Adds a sweep of three cells at three lengths. Trial 3 lost its worker once.</summary>
    /// <param name="failed">The number of a trial that fails; 0 for none.</param>
    /// <param name="replicates">How many seeds each of the nine points has; the losses of a point's trials differ by 0.01 or more.</param>
    public static async Task AddNineAsync(
        StorageDatabase database, string name, int failed = 0, double shift = 0, int epochs = 40, int replicates = 1)
    {
        var spec = Nine(name, epochs) with { Replicates = replicates };
        var trials = SearchMethods.For(spec).Trials().ToList();
        var id = await database.Reader.NextSweepIdAsync();
        await database.Sweeps.AddAsync(id, spec, exactName: true, trials);
        foreach (var (index, parameters) in trials.Select(trial => trial.ForModel()).Index())
        {
            var trial = new TrialId(id, index + 1);
            await database.Trials.MoveAsync(Lease(trial, worker: $"w{index % 2}"));
            var attempt = 1;
            if (trial.Number == 3)
            {
                await database.Trials.MoveAsync(Requeue(trial));
                await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1, worker: "w1"));
                attempt = 2;
            }

            var trained = Enumerable.Range(1, trial.Number == failed ? 3 : epochs).Select(epoch =>
                Epoch(parameters, epoch, shift + (0.01 * (index % replicates * (1 + (index % 2))))));
            await database.Attempts.WriteEpochsAsync([.. trained.Select(epoch => Row(trial, attempt, epoch, spec.Objective))]);
            await database.Trials.MoveAsync(
                trial.Number == failed
                    ? Fail(trial, attempt)
                    : Succeed(trial, attempt) with { Worker = $"w{index % 2}", Result = Result(trial.Number, parameters) });
        }
    }

    /// <summary>
    /// Adds a sweep of this many trials. The twenty best have the rows of all their 1000 epochs, and the others only that of the last one.
    /// </summary>
    /// <param name="objectives">Several objectives, the first one val_loss; null for that alone.</param>
    public static async Task AddManyAsync(StorageDatabase database, string name, int trials, IReadOnlyList<Objective>? objectives = null)
    {
        var spec = StorageDatabase.Spec(name) with
        {
            Objectives = objectives,
            Method = new(MethodKind.Random, trials),
            Parameters = new(
            [
                new("cell", Cells),
                new("learning_rate", new DimensionDomain.Range(1e-4, 1e-1, Scale.Log, null, null)),
                new("hidden_size", new DimensionDomain.Range(16, 512, Scale.Log, null, null)),
                new("epochs", new DimensionDomain.Choice([new ParameterValue.Whole(1000)])),
            ]),
        };
        var id = await database.Reader.NextSweepIdAsync();
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. SearchMethods.For(spec).Trials()]);
        await database.RunAsync(
            $$"""
            with worth as (
              select id, number, (params ->> 'hidden_size')::bigint as hidden,
                1 + abs(ln((params ->> 'learning_rate')::float8) + 5) / 4
                  + 40 / (params ->> 'hidden_size')::float8 + 0.1 * sin(number) as loss
              from trials where sweep_id = {{id}}
            ), ranked as (
              select *, row_number() over (order by loss) as place from worth
            ), added as (
              insert into epochs (
                trial_id, epoch, attempt, train_loss, val_loss, val_accuracy, perplexity, learning_rate, seconds, samples_per_second)
              select id, epoch, 1, loss * (1000.0 / epoch) ^ 0.2 - 0.2, loss * (1000.0 / epoch) ^ 0.2,
                1 / (1 + loss * (1000.0 / epoch) ^ 0.2), exp(loss), 0.01, 0.1, 1000
              from ranked cross join lateral generate_series(case when place <= 20 then 1 else 1000 end, 1000) epoch
            )
            update trials t set
              state = 'succeeded', attempt = 1, epochs_done = 1000, best_epoch = 1000, best_value = r.loss, best_score = r.loss,
              train_seconds = 10 + r.hidden * 0.2, inference_ms = 0.2, inference_windows_per_second = 4000,
              parameters = r.hidden * r.hidden * 8, model_bytes = r.hidden * r.hidden * 32, macs = r.hidden * r.hidden * 160,
              training_windows = 10, validation_windows = 2, peak_memory_bytes = 1, sample = 'to be ' || t.number
            from ranked r where r.id = t.id
            """);
    }

    private static EpochMetrics Epoch(TrialParameters parameters, int epoch, double shift)
    {
        // The loss falls, and rises again after 28 epochs, faster with longer sequences.
        var floor = 1.6 + shift + (0.18 * (2 - (int)parameters.Cell)) - (parameters.SequenceLength * 0.006);
        var falling = 2.4 * Math.Exp(-epoch / (5.0 + (3 * (int)parameters.Cell)));
        var loss = floor + falling + (Math.Max(0, epoch - 28) * parameters.SequenceLength * 0.0006);
        return new(epoch, loss - (epoch * 0.012), loss, 1 / (1 + loss), 0.005, 0.05 * (1 + (int)parameters.Cell), 4_000);
    }

    private static TrialResult Result(int number, TrialParameters parameters)
    {
        var gates = parameters.Cell switch { CellKind.Rnn => 1, CellKind.Lstm => 4, _ => 3 };
        return new(
            (1.9 * gates) + (parameters.SequenceLength * 0.31) + (number * 0.01), 0.1 * gates, 9_000.0 / gates,
            12_000 + (33_000 * gates), 48_000 + (132_000 * gates), parameters.SequenceLength * 33_000L * gates, 1_904, 476, 310_000_000,
            number == 2 ? HostileSample : "ther the sore and the mart\nof have and the thear, " + number,
            "To be, or not to be, that is the question",
            ValidationSeconds: 0.4 * gates,
            TrainProcessorSeconds: (1.8 * gates) + (number * 0.01),
            ValidationProcessorSeconds: 0.3 * gates,
            InferenceLowMilliseconds: 0.09 * gates,
            InferenceHighMilliseconds: 0.12 * gates);
    }
}
