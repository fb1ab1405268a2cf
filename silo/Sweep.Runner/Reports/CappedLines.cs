using System.Text;

namespace Sweep.Runner.Reports;

/// <summary>
/// Reads lines of which only the beginning is kept, so that a line without an end does not fill the memory. Bytes that are not UTF-8 become
/// question marks.
/// </summary>
internal static class CappedLines
{
    /// <summary>Lines that end with a line feed.</summary>
    /// <param name="most">The most bytes of a line that are kept.</param>
    public static async IAsyncEnumerable<string> ReadAsync(Stream stream, int most)
    {
        await foreach (var (text, _) in ReadAsync(stream, most, endsAtReturn: false))
            yield return text;
    }

    /// <summary>
    /// Lines as a terminal shows them: a carriage return ends one too, as in a progress bar, and the next one is written over it.
    /// </summary>
    /// <param name="most">The most bytes of a line that are kept.</param>
    public static IAsyncEnumerable<(string Text, bool IsRedrawn)> ReadShownAsync(Stream stream, int most) =>
        ReadAsync(stream, most, endsAtReturn: true);

    private static async IAsyncEnumerable<(string Text, bool IsRedrawn)> ReadAsync(Stream stream, int most, bool endsAtReturn)
    {
        var buffer = new byte[1 << 16];
        using var line = new MemoryStream();
        // Only the byte after a carriage return tells whether the line is redrawn: both together are one end.
        var hasReturned = false;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
        {
            for (var from = 0; from < read;)
            {
                if (hasReturned && buffer[from] != '\n' && buffer[from] != '\r')
                {
                    hasReturned = false;
                    if (line.Length > 0)
                        yield return (Taken(line), true);
                }

                var rest = buffer.AsSpan(from, read - from);
                var end = endsAtReturn ? rest.IndexOfAny((byte)'\n', (byte)'\r') : rest.IndexOf((byte)'\n');
                var part = end < 0 ? rest.Length : end;
                line.Write(buffer, from, Math.Min(part, most - (int)line.Length));
                from += part + 1;
                if (end < 0)
                    continue;
                hasReturned = buffer[from - 1] == '\r';
                if (!hasReturned)
                    yield return (Taken(line), false);
            }
        }

        if (line.Length > 0)
            yield return (Taken(line), false);
    }

    private static string Taken(MemoryStream line)
    {
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
        line.SetLength(0);
        return text;
    }
}
