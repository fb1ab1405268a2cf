namespace Sweep.Domain.Programs;

/// <summary>What a trial of a program took.</summary>
/// <param name="Seconds">
/// Wall time over all attempts, each from its start to its end, or to the checkpoint from which the next one went on: none is counted
/// twice.
/// </param>
/// <param name="ProcessorSeconds">Processor time of all its processes that were waited for, over the same attempts.</param>
/// <param name="PeakMemoryBytes">
/// Largest resident memory of all processes of the last attempt together, looked at several times a second; null when it was too short for
/// two looks.
/// </param>
public sealed record ProgramResult(double Seconds, double ProcessorSeconds, long? PeakMemoryBytes);
