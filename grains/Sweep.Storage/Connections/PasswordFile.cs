namespace Sweep.Storage.Connections;

/// <summary>A password in a file, so that no list of processes and no environment shows it.</summary>
public static class PasswordFile
{
    /// <summary>The file's first line without its line end. Blanks are part of the password, as in PostgreSQL's own programs.</summary>
    /// <exception cref="FormatException">The file cannot be read, or its first line is empty.</exception>
    public static string Read(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var line = reader.ReadToEnd().Split('\n')[0];
            return (line.EndsWith('\r') ? line[..^1] : line) is { Length: > 0 } password
                ? password
                : throw new FormatException(
                    $"found {file} as the file of the password, whose first line is empty; write the password into it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException(
                $"found {file} as the file of the password, which cannot be read ({error.Message}); name a file that holds it.");
        }
    }
}
