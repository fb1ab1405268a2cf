namespace Sweep.Client.Output;

/// <summary>
/// Removes control characters from text of others, such as a trainer's log, since they could move the cursor of the user's terminal or
/// rename its window.
/// </summary>
internal static class Printable
{
    /// <summary>The text on one line, with a space in place of each control character.</summary>
    public static string Line(string text) => Without(text, char.IsControl);

    /// <summary>The text on one line, with <c>\u000a</c> in place of a line break, and so for each control character.</summary>
    public static string Escaped(string text) => text.Any(IsUnprintable)
        ? string.Concat(text.Select(letter => IsUnprintable(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()))
        : text;

    /// <summary>The text with its line ends and tabs, and with a space in place of each other control character.</summary>
    public static string Text(string text) => Without(text, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));

    private static bool IsUnprintable(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';

    private static string Without(string text, Func<char, bool> unwanted) =>
        text.Any(unwanted) ? string.Concat(text.Select(letter => unwanted(letter) ? ' ' : letter)) : text;
}
