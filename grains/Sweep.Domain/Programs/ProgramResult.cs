namespace Sweep.Domain.Programs;

/// <summary>What the attempt of a program took.</summary>
/// <param name="Seconds">Wall time from its start to its end.</param>
/// <param name="ProcessorSeconds">Processor time of all its processes that were waited for.</param>
/// <param name="PeakMemoryBytes">
/// Largest resident memory of all its processes together, looked at several times a second; null when it was too short for
/// two looks.
/// </param>
public sealed record ProgramResult(double Seconds, double ProcessorSeconds, long? PeakMemoryBytes);
