using System.Globalization;

namespace Sweep.Processes;

/// <summary>
/// A sweep of real trainings in which TPE chooses each trial from the outcomes of earlier ones and ASHA stops most of them. A single loss
/// that differed in one bit would change the trials after it.
/// </summary>
/// <param name="Window">How many trials may be unfinished at one time.</param>
/// <param name="OfProgram">Whether the example in Python trains, in place of the built-in model on the example text.</param>
public sealed record SearchedSweep(int Trials, int Epochs, int Window = 4, bool OfProgram = false) : IDisturbedSweep
{
    /// <summary>No <see cref="TrainingGrid"/> has this length, so that the losses are not compared with those of a grid.</summary>
    private const int Length = 6;

    public string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"{Trials} trials{(OfProgram ? " of a program" : "")} by tpe, stopped by asha, of {Epochs} epochs");

    public IReadOnlyList<int> Lengths => [10];

    public Task SubmitAsync(RealCluster cluster, string name, int stallLimit) => cluster.OutputAsync(
    [
        "run", OfProgram ? "examples/python/sweep.yaml" : "examples/search-asha.yaml", "--name", name, "--new", "--detach",
        .. Settings(stallLimit).SelectMany(setting => (string[])["--set", setting]),
    ]);

    /// <summary>
    /// Returns a line for each trial, with its parameters and its end, for each judgement, and for each epoch. Numbers stand there bit for
    /// bit.
    /// </summary>
    public Task<IReadOnlyList<string>> ResultsAsync(RealDatabase database, string name) => database.LinesAsync(
        """
        with trial as (select t.* from trials t join sweeps s on s.id = t.sweep_id and s.name = $1)
        select line from (
          select number, 0 as epoch, format('trial %s: %s %s after %s epochs', number, params, state, epochs_done) as line from trial
          union all
          select t.number, e.epoch, format(
            'trial %s, epoch %s: losses %s', t.number, e.epoch,
            coalesce(e.metrics::text, encode(float8send(e.train_loss), 'hex') || ' ' || encode(float8send(e.val_loss), 'hex')))
          from epochs e join trial t on t.id = e.trial_id
          union all
          select t.number, j.epoch, format(
            'trial %s, judged at epoch %s: %s %s %s: %s', t.number, j.epoch, case when j.stops then 'stops' else 'goes on' end,
            encode(float8send(j.value), 'hex'), encode(float8send(j.bound), 'hex'), j.reason)
          from judgements j join trial t on t.id = j.trial_id
        ) lines order by number, epoch, line
        """,
        name);

    public async Task<IReadOnlyList<string>> ViolationsAsync(RealDatabase database, string name, IReadOnlyList<string> undisturbed)
    {
        var found = await ResultsAsync(database, name);
        var expected = undisturbed.Where(line => line.StartsWith("trial ", StringComparison.Ordinal)).ToList();
        return
        [
            .. found.Except(expected).Select(line => $"{line}, not so undisturbed"),
            .. expected.Except(found).Select(line => $"{line} undisturbed, not so here"),
            .. await new SweepProof(database, name).StaleWritesAsync(),
            .. await database.LinesAsync(
                "select format('%s is not reproducible: %s', name, not_reproducible) from sweeps "
                + "where name = $1 and not_reproducible is not null",
                name),
        ];
    }

    private IEnumerable<string> Settings(int stallLimit) =>
    [
        "method=tpe",
        string.Create(CultureInfo.InvariantCulture, $"budget.trials={Trials}"),
        string.Create(CultureInfo.InvariantCulture, $"search.window={Window}"),
        .. OfProgram
            ? (string[])
            [
                "stop={ rule: asha, first: 1, factor: 3 }",
                "parameters.hidden_size={ min: 4, max: 8 }",
                "parameters.learning_rate={ min: 0.02, max: 0.5, scale: log }",
                string.Create(CultureInfo.InvariantCulture, $"program.epochs={Epochs}"),
            ]
            :
            [
                "stop.first=1",
                "parameters.hidden_size={ min: 8, max: 16, scale: log }",
                string.Create(CultureInfo.InvariantCulture, $"parameters.sequence_length={Length}"),
                string.Create(CultureInfo.InvariantCulture, $"parameters.epochs={Epochs}"),
            ],
        "checkpoint.every=0", "retries=20",
        string.Create(CultureInfo.InvariantCulture, $"stall_limit={stallLimit}"),
    ];
}
