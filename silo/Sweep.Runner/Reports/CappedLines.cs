using System.Text;

namespace Sweep.Runner.Reports;

/// <summary>
/// Reads lines of which only the beginning is kept, so that a line without an end does not fill the memory. Bytes that are not UTF-8 become
/// question marks.
/// </summary>
internal static class CappedLines
{
    /// <param name="most">The most bytes of a line that are kept.</param>
    public static async IAsyncEnumerable<string> ReadAsync(Stream stream, int most)
    {
        var buffer = new byte[1 << 16];
        using var line = new MemoryStream();
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
        {
            for (var from = 0; from < read;)
            {
                var end = buffer.AsSpan(from, read - from).IndexOf((byte)'\n');
                var part = end < 0 ? read - from : end;
                line.Write(buffer, from, Math.Min(part, most - (int)line.Length));
                from += part + 1;
                if (end >= 0)
                    yield return Taken(line);
            }
        }

        if (line.Length > 0)
            yield return Taken(line);
    }

    private static string Taken(MemoryStream line)
    {
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
        line.SetLength(0);
        return text;
    }
}
