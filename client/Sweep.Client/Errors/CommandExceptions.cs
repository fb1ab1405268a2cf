namespace Sweep.Client.Errors;

/// <summary>The user's input is wrong: a name, an option, a file. The message has what was found and what to write instead.</summary>
internal sealed class WrongInputException(string message) : Exception(message);

/// <summary>The cluster, or this program, refused a request that it understood. The message is the answer.</summary>
internal sealed class RequestRefusedException(string message) : Exception(message);

/// <summary>No silo or database answers at the address of the cluster.</summary>
internal sealed class ClusterUnreachableException(string message) : Exception(message);

/// <summary>The silo of a private cluster ended without being asked to.</summary>
internal sealed class SiloEndedException(string message) : Exception(message);
