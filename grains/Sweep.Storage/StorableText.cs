using System.Text;

namespace Sweep.Storage;

/// <summary>Text that a program wrote, as PostgreSQL can hold it: it has no zero character, and nothing has half a surrogate pair.</summary>
internal static class StorableText
{
    public static string Of(string text)
    {
        if (!text.Contains('\0') && !text.Any(char.IsSurrogate))
            return text;
        var clean = new StringBuilder(text.Length);
        // Enumerating runes already gives the replacement character for half a pair.
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }

    public static string? OfMaybe(string? text) => text is null ? null : Of(text);
}
