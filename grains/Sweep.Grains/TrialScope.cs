using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Sweep, trial and attempt beside whatever is logged.</summary>
public static class TrialScope
{
    private static readonly Func<ILogger, int, int, int, IDisposable?> Begin = LoggerMessage.DefineScope<int, int, int>("sweep {Sweep}, trial {Trial}, attempt {Attempt}");

    /// <summary>Until it is disposed of, for every logger.</summary>
    public static IDisposable? BeginScope(this ILogger logger, TrialId trial, int attempt) => Begin(logger, trial.Sweep, trial.Number, attempt);
}
