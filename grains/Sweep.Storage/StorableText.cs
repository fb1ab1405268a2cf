using System.Text;

namespace Sweep.Storage;

/// <summary>
/// Makes text of other programs storable. PostgreSQL cannot hold the character with code 0, and UTF-8 cannot hold half of a surrogate pair.
/// </summary>
internal static class StorableText
{
    public static string Of(string text)
    {
        if (!text.Contains('\0') && !text.Any(char.IsSurrogate))
            return text;
        var clean = new StringBuilder(text.Length);
        // EnumerateRunes replaces half of a surrogate pair by the replacement character.
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }

    public static string? OfMaybe(string? text) => text is null ? null : Of(text);
}
