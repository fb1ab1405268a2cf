namespace Sweep.Silo.Trainers;

/// <summary>A trainer hangs. The message names for how long it did nothing.</summary>
internal sealed class TrainerStalledException(string message) : Exception(message);
