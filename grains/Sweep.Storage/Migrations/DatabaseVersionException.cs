namespace Sweep.Storage.Migrations;

/// <summary>The tables are not those of this program and it cannot make them so; the message says what was found and what to do.</summary>
public sealed class DatabaseVersionException(string message, Exception? inner = null) : Exception(message, inner);
