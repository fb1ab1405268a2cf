namespace Sweep.Storage;

/// <summary>A password that stands in a file, so that no list of processes and no environment shows it.</summary>
public static class PasswordFile
{
    /// <summary>The password, without the line's end.</summary>
    /// <exception cref="FormatException">The file cannot be read, or is empty.</exception>
    public static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } password
                ? password
                : throw new FormatException($"found {file} as the file of the password, which is empty; write the password into it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"found {file} as the file of the password, which cannot be read ({error.Message}); name a file that holds it.");
        }
    }
}
