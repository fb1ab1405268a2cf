using System.Text;

namespace Sweep.Silo.Trainers;

/// <summary>
/// Reads a trainer's log line by line. It keeps only the beginning of each line, so that a line without an end does not fill the silo's
/// memory.
/// </summary>
internal static class TrainerLogLines
{
    /// <summary>The most characters of a line that are kept; the rest of the line is dropped.</summary>
    public const int MaxLength = 4_000;

    public static async IAsyncEnumerable<string> ReadAsync(TextReader reader)
    {
        var buffer = new char[4_096];
        var line = new StringBuilder();
        for (int read; (read = await reader.ReadAsync(buffer.AsMemory())) > 0;)
        {
            for (var index = 0; index < read; index++)
            {
                if (buffer[index] == '\n')
                {
                    yield return Taken(line);
                }
                else if (line.Length < MaxLength)
                {
                    line.Append(buffer[index]);
                }
            }
        }

        if (line.Length > 0)
            yield return Taken(line);
    }

    private static string Taken(StringBuilder line)
    {
        var text = line.ToString().TrimEnd('\r');
        line.Clear();
        return text;
    }
}
