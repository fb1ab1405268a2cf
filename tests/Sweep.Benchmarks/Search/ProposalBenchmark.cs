using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Benchmarks.Search;

/// <summary>Measures how long search methods take to propose and stopping rules to judge. Nothing is trained or stored.</summary>
internal static class ProposalBenchmark
{
    private const int Trials = 1000;

    /// <summary>Six dimensions of the kinds that sweep files have most.</summary>
    private static readonly SearchSpace Space = new(
    [
        new("learning_rate", new DimensionDomain.Range(1e-5, 1, Scale.Log, null, null)),
        new("dropout", new DimensionDomain.Range(0, 0.9, Scale.Linear, null, null)),
        new("weight_decay", new DimensionDomain.Range(0, 1, Scale.Linear, null, null)),
        new("hidden_size", new DimensionDomain.Range(8, 512, Scale.Log, null, null)),
        new("layers", new DimensionDomain.Range(1, 4, Scale.Linear, null, null)),
        new("cell", new DimensionDomain.Choice(
            [new ParameterValue.Word("rnn"), new ParameterValue.Word("lstm"), new ParameterValue.Word("gru")])),
    ]);

    public static int Run()
    {
        var points = new SearchSpace([.. Space.Dimensions.Select(dimension => dimension.Domain is DimensionDomain.Range range
            ? dimension with { Domain = range with { Count = 4 } }
            : dimension)]);
        Say("grid", new GridSearch(points, 1), "at most 0.1 ms each");
        Say("random", new RandomSearch(Space, 1, Trials), "at most 0.1 ms each");
        Say("sobol", new SobolSearch(Space, 1, Trials), "at most 0.1 ms each");
        Say("tpe", new TpeSearch(Space, 1, Trials, new()), $"at most 1 s for {Trials}");
        Say("cma-es", new CmaEsSearch(Space, 1, Trials, new()), "");
        Say("nsga-ii", new NsgaSearch(Space, 1, Trials, new()), "");
        Say("gp", new GpSearch(Space, 1, 220, new()), "at most 50 ms at 200 trials");

        var rule = new AshaRule(1, 3, new(Metric.ValLoss, Goal.Minimize));
        RungStandings others =
            [.. Enumerable.Range(1, Trials - 1).Select(number => new RungEntry(number, number * 7 % 1000, IsOver: false))];
        var started = Environment.CpuUsage.TotalTime;
        for (var judgement = 0; judgement < 1000; judgement++)
            rule.Judge(Trials, [judgement], others);
        var took = Environment.CpuUsage.TotalTime - started;
        Console.WriteLine($"asha, one judgement among {Trials} trials: {took.TotalMilliseconds / 1000:0.000} ms");
        return 0;
    }

    private static void Say(string name, ISearchMethod method, string target)
    {
        Propose(method, 60);
        var count = Math.Min(method.Count, Trials);
        var (whole, last) = Propose(method, count);
        Console.WriteLine(
            $"{name}: {count} proposals in {whole.TotalSeconds:0.000} s, {whole.TotalMilliseconds / count:0.000} ms each, "
            + $"the last 20 {last.TotalMilliseconds / 20:0.000} ms each{(target.Length > 0 ? $" ({target})" : "")}");
    }

    private static (TimeSpan Whole, TimeSpan Last) Propose(ISearchMethod method, int count)
    {
        var known = new List<KnownTrial>();
        // The processor's time is measured, since a busy machine takes longer for the same work.
        var started = Environment.CpuUsage.TotalTime;
        var late = started;
        for (var number = 1; number <= count; number++)
        {
            // An outcome is known when the trial has left the window.
            if (number > 8)
                known[number - 9] = known[number - 9] with { Score = Score(known[number - 9].Parameters), IsRunning = false };
            known.Add(new(number, method.Propose(number, known), null, IsRunning: true));
            if (number == count - 20)
                late = Environment.CpuUsage.TotalTime;
        }

        var end = Environment.CpuUsage.TotalTime;
        return (end - started, end - late);
    }

    private static double Score(ParameterMap trial)
    {
        var typed = trial.ForModel();
        return Math.Abs(Math.Log10(typed.LearningRate) + 3) + Math.Abs(typed.Dropout - 0.3) + Math.Abs(Math.Log2(typed.HiddenSize) - 7)
            + typed.WeightDecay + Math.Abs(typed.Layers - 2) + (typed.Cell == CellKind.Gru ? 0 : 0.3);
    }
}
