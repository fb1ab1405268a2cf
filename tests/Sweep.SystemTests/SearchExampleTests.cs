using System.Text.Json;

namespace Sweep.SystemTests;

/// <summary>Trains the examples of searches, with smaller models, as a user who types their commands.</summary>
public sealed class SearchExampleTests : IDisposable
{
    private readonly SweepProgram _sweep = new();

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task The_example_of_a_search_that_learns_and_the_one_of_a_stopping_rule_are_trained_to_their_ends()
    {
        string[] small =
        [
            "--set", "parameters.hidden_size={min: 8, max: 16, scale: log}", "--set", "parameters.sequence_length=5",
            "--set", "parameters.batch_size=full",
        ];
        await _sweep.OutputAsync("up");
        var learned = await _sweep.OutputAsync(
            ["run", "examples/search-tpe.yaml", .. small, "--set", "budget.trials=12", "--set", "parameters.epochs=2"]);
        Assert.Contains("12/12", learned, StringComparison.Ordinal);
        Assert.Equal(
            [("start of tpe", 10), ("tpe", 2)],
            (await RowsAsync(
                "select proposed_by, count(*) as trials from trials t join sweeps s on s.id = t.sweep_id "
                    + "where s.name = 'search-tpe' and t.state = 'succeeded' group by 1 order by 1"))
                .Select(row => (row.GetProperty("proposed_by").GetString(), row.GetProperty("trials").GetInt32())));

        var stopped = await _sweep.OutputAsync(
            ["run", "examples/search-asha.yaml", .. small, "--set", "budget.trials=8", "--set", "parameters.epochs=7"]);
        Assert.Contains("8/8", stopped, StringComparison.Ordinal);
        // Each trial is judged after epoch 2 among those before it, and those that went on after epoch 6.
        var rungs = (await RowsAsync(
            "select j.epoch, count(*) as judged, count(*) filter (where j.stops) as stopped, min(j.rule) as rule "
                + "from judgements j join sweeps s on s.id = j.trial_id / 1000000 where s.name = 'search-asha' group by 1 order by 1"))
            .Select(row => (
                Epoch: row.GetProperty("epoch").GetInt32(), Judged: row.GetProperty("judged").GetInt32(),
                Stopped: row.GetProperty("stopped").GetInt32(), Rule: row.GetProperty("rule").GetString()))
            .ToList();
        Assert.Equal([2, 6], rungs.Select(rung => rung.Epoch));
        Assert.Equal((8, 8 - rungs[1].Judged, "asha"), (rungs[0].Judged, rungs[0].Stopped, rungs[0].Rule));
        Assert.InRange(rungs[0].Stopped, 1, 7);
        await _sweep.OutputAsync("down");
    }

    private async Task<List<JsonElement>> RowsAsync(string sql) =>
        [.. JsonDocument.Parse(await _sweep.OutputAsync("sql", sql, "-o", "json")).RootElement.EnumerateArray()];
}
