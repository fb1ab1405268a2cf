namespace Sweep.Storage.Migrations;

/// <summary>The database cannot have the tables of this program: those in it are others, or its encoding holds no text. The message says what was found and what to do.</summary>
public sealed class DatabaseVersionException(string message, Exception? inner = null) : Exception(message, inner);
