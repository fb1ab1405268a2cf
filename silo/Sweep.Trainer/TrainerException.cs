namespace Sweep.Trainer;

/// <summary>A command cannot be done as it was given; the message is for the user.</summary>
internal sealed class TrainerException(string message) : Exception(message);
