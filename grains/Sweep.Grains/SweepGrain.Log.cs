using Sweep.Domain.Trials;

namespace Sweep.Grains;

public sealed partial class SweepGrain
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The database refuses a row of trial {Trial}, {Consequence}: {Error}")]
    private partial void LogRefused(TrialId trial, string consequence, string error);
}
