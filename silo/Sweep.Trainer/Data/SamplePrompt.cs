using System.Text;

namespace Sweep.Trainer.Data;

/// <summary>
/// The text from which the samples of all trials of a sweep go on. It depends on the sweep's text alone, and on no parameter, so that the
/// samples can be compared.
/// </summary>
internal static class SamplePrompt
{
    /// <summary>The greatest number of characters of a prompt.</summary>
    public const int Most = 100;

    /// <summary>The number of characters at the text's beginning among which the first word is looked for.</summary>
    private const int Searched = 10_000;

    /// <summary>
    /// The beginning of the text from its first letter or digit on, to the end of a word. A text without words gives its first characters.
    /// </summary>
    public static string Of(TextDataset text)
    {
        var beginning = text.Beginning(Searched).EnumerateRunes().ToList();
        var first = Math.Max(0, beginning.FindIndex(Rune.IsLetterOrDigit));
        var room = beginning.GetRange(first, Math.Min(Most + 1, beginning.Count - first));
        // A whole text that is no longer than a prompt ends at its own end.
        var end = room.Count <= Most ? room.Count : EndOfWord(room);
        return string.Concat(room.Take(end));
    }

    private static int EndOfWord(List<Rune> room)
    {
        var end = Enumerable.Range(1, Most).LastOrDefault(place => Rune.IsWhiteSpace(room[place]) && !Rune.IsWhiteSpace(room[place - 1]));
        return end > 0 ? end : Most;
    }
}
