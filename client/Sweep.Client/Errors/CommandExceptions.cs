namespace Sweep.Client.Errors;

/// <summary>What the user wrote is wrong: a name, an option, a file. The message says what was found and what to write instead.</summary>
internal sealed class WrongInputException(string message) : Exception(message);

/// <summary>The cluster understood the request and refused it; the message is its answer.</summary>
internal sealed class RequestRefusedException(string message) : Exception(message);

/// <summary>Nobody answers at the place where a cluster or its database should be.</summary>
internal sealed class ClusterUnreachableException(string message) : Exception(message);

/// <summary>The silo of a private cluster ended without being asked to.</summary>
internal sealed class SiloEndedException(string message) : Exception(message);
