namespace Sweep.Domain.Programs;

/// <summary>The time that a program took for the epochs which count, of all its attempts.</summary>
/// <param name="Wall">Wall time.</param>
/// <param name="Processor">Processor time of all its processes.</param>
public readonly record struct ProgramTime(TimeSpan Wall, TimeSpan Processor)
{
    public static ProgramTime operator +(ProgramTime left, ProgramTime right) =>
        new(left.Wall + right.Wall, left.Processor + right.Processor);
}
