namespace Sweep.Trainer;

/// <summary>A command cannot be carried out as it was given. The message is for the user.</summary>
internal sealed class TrainerException(string message) : Exception(message);
