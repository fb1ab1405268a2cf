namespace Sweep.Trainer.Training;

/// <summary>How long something took.</summary>
/// <param name="Processor">Processor time of the whole process, since all threads of libtorch and those of a GPU's driver count.</param>
internal readonly record struct TimeSpent(TimeSpan Wall, TimeSpan Processor)
{
    public static TimeSpent OfSeconds(double wall, double processor) => new(TimeSpan.FromSeconds(wall), TimeSpan.FromSeconds(processor));

    public static TimeSpent operator +(TimeSpent one, TimeSpent other) => new(one.Wall + other.Wall, one.Processor + other.Processor);
}

/// <summary>A moment, from which on <see cref="TimeSpent"/> is measured.</summary>
internal readonly record struct TimeMark(long Timestamp, TimeSpan Processor)
{
    public static TimeMark Now(TimeProvider clock) => new(clock.GetTimestamp(), NativeProcess.ProcessorTime);

    public TimeSpent Since(TimeProvider clock) => new(clock.GetElapsedTime(Timestamp), NativeProcess.ProcessorTime - Processor);
}
