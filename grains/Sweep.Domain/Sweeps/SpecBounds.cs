using System.Globalization;
using Sweep.Domain.Programs;

namespace Sweep.Domain.Sweeps;

/// <summary>The bounds of one key whose value is a whole number.</summary>
/// <param name="Min">Inclusive; likewise <paramref name="Max"/>.</param>
public sealed record WholeBound(string Path, long Min, long Max = int.MaxValue)
{
    /// <summary>The rest of the sentence after "found …; ".</summary>
    public string Expected => Max is int.MaxValue or long.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"expected a whole number of at least {Min}")
        : string.Create(CultureInfo.InvariantCulture, $"expected a whole number from {Min:#,0} to {Max:#,0}");

    internal IEnumerable<SpecProblem> Problems(long? value) =>
        value is null || (value >= Min && value <= Max) ? [] : [SpecProblem.Of(Path, value, Expected)];
}

/// <summary>The bounds of one key whose value is a time in seconds.</summary>
/// <param name="Min">Inclusive; likewise <paramref name="Max"/>.</param>
/// <param name="Expected">The rest of the sentence after "found …; ".</param>
public sealed record SecondsBound(string Path, double Min, double Max, string Expected)
{
    internal IEnumerable<SpecProblem> Problems(double value) => value >= Min && value <= Max ? [] : [SpecProblem.Of(Path, value, Expected)];
}

/// <summary>The bounds of single keys; those of parameters stand in their catalog.</summary>
public static class SpecBounds
{
    public const string LabelsExpected = "expected a list of workers' labels, each once, such as [gpu=h200]";

    public static WholeBound Trials { get; } = new("budget.trials", 1, SweepSpec.MaxTrials);

    public static WholeBound Epochs { get; } = new("budget.epochs", 1, long.MaxValue);

    public static WholeBound Failures { get; } = new("budget.failures", 1);

    public static SecondsBound Time { get; } = new(
        "budget.time", 1, BudgetSpec.MaxTime, "expected seconds, such as 600, 30m or 2h, from 1 to 100,000,000");

    public static WholeBound Window { get; } = new("search.window", 1, SweepSpec.MaxTrials);

    public static WholeBound Slots { get; } = new("resources.slots", 1);

    public static WholeBound MaxConcurrent { get; } = new("resources.max_concurrent", 1);

    public static WholeBound Priority { get; } = new("resources.priority", -1_000_000, 1_000_000);

    public static WholeBound Keep { get; } = new("checkpoint.keep", 1);

    public static WholeBound Retries { get; } = new("retries", 0);

    public static WholeBound Replicates { get; } = new("replicates", 1, SweepSpec.MaxReplicates);

    public static WholeBound Seed { get; } = new("seed", 0, long.MaxValue);

    public static SecondsBound Every { get; } = new(
        "checkpoint.every", 0, SweepSpec.MaxSeconds, "expected seconds, such as 30, 30s or 2m, at most 1,000,000; 0 is each epoch");

    public static SecondsBound StallLimit { get; } = new(
        "stall_limit", SweepSpec.MinStallLimit, SweepSpec.MaxSeconds, "expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000");

    public const string StopExpected = "expected a stopping rule, such as { rule: asha, first: 1, factor: 3 }, or a list of them";

    public const string StopValueExpected = "expected a value of the objective";

    public const string StopGainExpected = "expected a number of at least 0";

    public static WholeBound StopFirst { get; } = new("stop.first", 1);

    public static WholeBound StopFactor { get; } = new("stop.factor", 2, 1_000_000);

    public static WholeBound StopEvery { get; } = new("stop.every", 1, 1_000_000);

    public static WholeBound StopTrials { get; } = new("stop.trials", 1, 1_000_000);

    public static WholeBound StopEpoch { get; } = new("stop.epoch", 1);

    public static WholeBound StopEpochs { get; } = new("stop.epochs", 1);

    /// <summary>What a command looks like in a sweep file.</summary>
    public const string CommandExample = "[python3, train.py, \"{parameters}\"]";

    public static WholeBound ProgramEpochs { get; } = new("program.epochs", 1, 1_000_000);

    public static SecondsBound TimeLimit { get; } = new(
        "program.time_limit", 1, ProgramSpec.MaxTimeLimit, "expected seconds, such as 600, 30m or 2h, from 1 to 4,000,000");

    public static SecondsBound StopGrace { get; } = new(
        "program.stop_grace", 0, ProgramSpec.MaxStopGrace, "expected seconds, such as 20, 30s or 2m, at most 3,600");

    /// <param name="parameter">The path of the parameter whose range it is; likewise of <see cref="WholeStep"/>.</param>
    public static WholeBound Count(string parameter) => new($"{parameter}.count", 2, SweepSpec.MaxTrials);

    /// <summary>The step of a range of whole numbers.</summary>
    public static WholeBound WholeStep(string parameter) => new($"{parameter}.step", 1, long.MaxValue);
}
