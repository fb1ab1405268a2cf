namespace Sweep.Storage.Migrations;

/// <summary>
/// The database cannot be used with this program: it has other tables than those of this version, or an encoding that cannot hold every
/// text. The message says what was found and what to do.
/// </summary>
public sealed class DatabaseVersionException(string message, Exception? inner = null) : Exception(message, inner);
