namespace Sweep.Trainer;

/// <summary>A command cannot be carried out as it was given. The message is for the user.</summary>
internal class TrainerException(string message) : Exception(message);

/// <summary>The trial cannot be trained on this text, whoever tries. The message is for the user.</summary>
internal sealed class ImpossibleTrialException(string message) : TrainerException(message);
