namespace Sweep.Silo.Worker;

/// <summary>The database refuses something for a reason that does not pass by itself; the message is one line with its words.</summary>
internal sealed class StorageRefusedException(Exception error) : Exception($"PostgreSQL refuses it: {OneLine(error.GetBaseException().Message)}", error)
{
    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
