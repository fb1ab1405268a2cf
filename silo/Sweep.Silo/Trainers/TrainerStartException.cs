namespace Sweep.Silo.Trainers;

/// <summary>A trainer could not be started. The message names how it ended and what it wrote last.</summary>
public sealed class TrainerStartException(string message) : Exception(message);
