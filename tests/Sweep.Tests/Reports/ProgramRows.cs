using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Tests.Storage;
using static Sweep.Tests.Search.Spaces;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Reports;

/// <summary>Adds sweeps of programs to a database with the rows that a cluster stores for them.</summary>
internal static class ProgramRows
{
    /// <summary>
    /// Metrics with names that mean something else elsewhere: members of objects, columns of tables, costs, and a parameter.
    /// </summary>
    public static readonly string[] Others = ["__proto__", "best", "constructor", "number", "step-size", "train_seconds", "val/top-5"];

    public static SweepSpec Spec(string name, int? epochs = 6, Goal goal = Goal.Maximize) => ProgramSpec(name, Folder) with
    {
        Objective = new(new("score/f1"), goal, "points"),
        Program = new(["python3", "train.py", "{parameters}"], Hash(Folder)),
        Parameters = new(
            [
                Choice("optimizer", Word("adam"), Word("sgd")),
                Choice("learning_rate", Word("slow"), Word("fast"), Word("1e-3")),
                Choice("best", Whole(1), Whole(2)),
                Choice("step-size", new ParameterValue.Real(0.5)),
            ],
            Own: new(
                new Dictionary<string, ParameterType>
                {
                    ["optimizer"] = ParameterType.Text,
                    ["learning_rate"] = ParameterType.Text,
                    ["best"] = ParameterType.Int,
                    ["step-size"] = ParameterType.Float,
                },
                epochs)),
    };

    private static byte[] Folder => [1, 2, 3];

    /// <summary>Adds a sweep of twelve trials, of which the third lost its worker once, the fourth failed, and the last waits.</summary>
    public static async Task<int> AddAsync(StorageDatabase database, SweepSpec spec, double shift = 0, double scale = 1)
    {
        await database.Folders.AddAsync(Hash(Folder), Folder);
        var id = await database.Reader.NextSweepIdAsync();
        var trials = SearchMethods.First(spec).ToList();
        await database.Sweeps.AddAsync(id, spec, exactName: true, trials);
        foreach (var (index, parameters) in trials.SkipLast(1).Index())
        {
            var (trial, attempt) = (new TrialId(id, index + 1), 1);
            await database.Trials.MoveAsync(Lease(trial));
            if (trial.Number == 3)
            {
                await database.Trials.MoveAsync(Requeue(trial));
                await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1));
                attempt = 2;
            }

            var reports = Enumerable.Range(1, trial.Number == 4 ? 2 : 6)
                .Select(epoch => Report(parameters, trial.Number, epoch, shift, scale));
            await database.Attempts.WriteEpochsAsync([.. reports.Select(report => Row(trial, attempt, report, spec.Objective))]);
            await database.Trials.MoveAsync(
                trial.Number == 4
                    ? Fail(trial)
                    : Succeed(trial, attempt) with { Result = null, ProgramResult = new(2.5 * trial.Number, trial.Number, 90_000_000) });
        }

        return id;
    }

    /// <summary>The objective rises until epoch 5, and adam has more of it. Some metrics are not in every epoch.</summary>
    private static ProgramMetrics Report(ParameterMap parameters, int number, int epoch, double shift, double scale)
    {
        var isAdam = parameters.ValueOf("optimizer") == Word("adam");
        var score = scale * (shift + (isAdam ? 60 : 40) + (4 * Math.Min(epoch, 5)) - (epoch == 6 ? 1 : 0) + (0.37 * (number % 5)));
        return new(epoch, 0.25, new Dictionary<string, double>(
        [
            new("score/f1", score),
            .. Others.Select((name, index) => new KeyValuePair<string, double>(name, (1000.0 * (index + 1)) + number + (0.001 * epoch)))
                .Where(metric => metric.Key != "best" || epoch > 1),
        ]));
    }
}
