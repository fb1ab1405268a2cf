namespace Sweep.Client.Output;

/// <summary>
/// Removes control characters from text of others, such as a trainer's log, since they could move the cursor of the user's terminal or
/// rename its window.
/// </summary>
internal static class Printable
{
    /// <summary>The text on one line, with a space in place of each control character.</summary>
    public static string Line(string text) => Without(text, char.IsControl);

    /// <summary>The text with its line ends and tabs, and with a space in place of each other control character.</summary>
    public static string Text(string text) => Without(text, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));

    private static string Without(string text, Func<char, bool> unwanted) =>
        text.Any(unwanted) ? string.Concat(text.Select(letter => unwanted(letter) ? ' ' : letter)) : text;
}
