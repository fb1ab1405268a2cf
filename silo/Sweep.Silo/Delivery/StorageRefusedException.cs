namespace Sweep.Silo.Delivery;

/// <summary>
/// The database refuses something for a reason that does not pass by itself. The message is one line with the database's words.
/// </summary>
internal sealed class StorageRefusedException(Exception error)
    : Exception($"PostgreSQL refuses it: {OneLine.Of(error.GetBaseException().Message)}", error);
