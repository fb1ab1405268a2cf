using Sweep.Domain.Stopping;

namespace Sweep.Tests.Stopping;

/// <summary>A sweep whose curves are made up, with a stopping rule.</summary>
internal sealed class StoppedSweep
{
    public StoppedSweep(int trials, int epochs, int seed)
    {
        var random = new Random(seed);
        Curves = [.. Enumerable.Range(0, trials).Select(_ => Curve(epochs, random))];
    }

    /// <summary>By trial, the scores of its epochs.</summary>
    public IReadOnlyList<double[]> Curves { get; }

    /// <summary>Trains with workers that take trials in the order of their numbers; a trial that waits gives its slot back.</summary>
    /// <param name="next">Which of so many trials that could have an epoch has it next, from 0.</param>
    /// <returns>By trial, the epochs that it had and the judgement that ended it; null where it had all of them.</returns>
    public IReadOnlyList<(int Epochs, Judgement? Stop)> Train(IStoppingRule rule, int workers, Func<int, int> next)
    {
        var epochs = new int[Curves.Count];
        var stops = new Judgement?[Curves.Count];
        var passed = new int[Curves.Count];
        while (true)
        {
            for (var trial = 0; trial < Curves.Count; trial++)
                JudgeAgain(trial);
            var running = Enumerable.Range(0, Curves.Count).Where(trial => !IsOver(trial) && passed[trial] == epochs[trial])
                .Take(workers).ToList();
            if (running.Count == 0)
                break;
            var chosen = running[next(running.Count)];
            epochs[chosen]++;
            if (!rule.Rungs(chosen + 1, Curves[chosen].Length).Contains(epochs[chosen]))
                passed[chosen] = epochs[chosen];
        }

        Assert.All(Enumerable.Range(0, Curves.Count), trial => Assert.True(IsOver(trial), $"Trial {trial + 1} waits for ever."));
        return [.. epochs.Zip(stops)];

        bool IsOver(int trial) => stops[trial] is not null || (epochs[trial] == Curves[trial].Length && passed[trial] == epochs[trial]);

        void JudgeAgain(int trial)
        {
            if (passed[trial] == epochs[trial] || stops[trial] is not null)
                return;
            var judgement = rule.Judge(trial + 1, Curves[trial][..epochs[trial]], [.. Enumerable.Range(0, Curves.Count)
                .Where(other => other != trial)
                .Select(other => Entry(other, epochs[trial]))]);
            if (judgement.Verdict == RungVerdict.Stop)
                stops[trial] = judgement;
            else if (judgement.Verdict == RungVerdict.GoOn)
                passed[trial] = epochs[trial];
        }

        RungEntry Entry(int trial, int epoch) =>
            new(trial + 1, epochs[trial] >= epoch ? Curves[trial].Take(epoch).Min() : null, IsOver(trial));
    }

    private static double[] Curve(int epochs, Random random)
    {
        var (start, end, speed) = (2 + random.NextDouble(), random.NextDouble(), 0.2 + random.NextDouble());
        return [.. Enumerable.Range(0, epochs)
            .Select(epoch => Math.Round(end + ((start - end) * Math.Exp(-speed * epoch)) + (0.1 * random.NextDouble()), 2))];
    }
}
