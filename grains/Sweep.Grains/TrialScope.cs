using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Adds the sweep, the trial and the attempt to log lines.</summary>
public static class TrialScope
{
    private static readonly Func<ILogger, int, int, int, IDisposable?> Begin =
        LoggerMessage.DefineScope<int, int, int>("sweep {Sweep}, trial {Trial}, attempt {Attempt}");

    /// <summary>Adds the three numbers to the lines of every logger in this flow of calls, until the answer is disposed of.</summary>
    public static IDisposable? BeginScope(this ILogger logger, TrialId trial, int attempt) =>
        Begin(logger, trial.Sweep, trial.Number, attempt);
}
