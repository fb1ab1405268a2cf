namespace Sweep.Client.Output;

/// <summary>Text that somebody else wrote, a trainer or the author of a text, must not move the cursor or rename the window of whoever reads it.</summary>
internal static class Printable
{
    /// <summary>The text on one line, each control character a space.</summary>
    public static string Line(string text) => Without(text, char.IsControl);

    /// <summary>The text with its line ends and tabs; every other control character is a space.</summary>
    public static string Text(string text) => Without(text, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));

    private static string Without(string text, Func<char, bool> unwanted) => text.Any(unwanted) ? string.Concat(text.Select(letter => unwanted(letter) ? ' ' : letter)) : text;
}
