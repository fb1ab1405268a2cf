namespace Sweep.Processes.Chaos;

/// <summary>A sweep that a user submitted.</summary>
public sealed record UserSweep(int Id, string Name, TrainingGrid Grid)
{
    private static readonly string[] Cells = ["rnn", "lstm", "gru"];

    /// <summary>Under a rule trials wait for each other and end before their last epochs. Half of the sweeps have none.</summary>
    private static readonly string?[] Rules =
        [null, null, "{ rule: asha, first: 1, factor: 2 }", "[{ rule: median, first: 2, trials: 1 }, { rule: patience, epochs: 4 }]"];

    /// <summary>Draws a sweep of one to six trials, which are fewer than or as many as there are slots. Long sweeps still run when they are
    /// cancelled, and short ones end before.</summary>
    /// <returns>
    /// The trials, the seconds between checkpoints, and whether the sweep needs more memory than there is, so that each of its attempts
    /// must fail with that reason.
    /// </returns>
    public static (TrainingGrid Grid, double CheckpointEvery, bool IsGreedy) Draw(Random random, IReadOnlyList<int> lengths, int stallLimit)
    {
        var greedy = random.Next(8) == 0;
        string[] cells = [.. random.GetItems(Cells, 2).Distinct()];
        int[] chosen = [.. random.GetItems([.. lengths], random.Next(1, 4)).Distinct().Order()];
        var epochs = random.GetItems([8, 25, 60], 1)[0];
        var every = random.GetItems([0.0, 5, 30], 1)[0];
        var stop = random.GetItems(Rules, 1)[0];
        return greedy
            ? (new(["gru"], [lengths[0]], Epochs: 5, HiddenSize: 65_536, Retries: 4, StallLimit: stallLimit), every, true)
            : (new(cells, chosen, epochs, Retries: 20, StallLimit: stallLimit, Stop: stop), every, false);
    }
}
