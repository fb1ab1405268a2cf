using System.Collections.Immutable;
using System.Text;

namespace Sweep.Domain.Models;

/// <summary>The distinct characters of a text in the order of their code points; a character's id is its place.</summary>
public sealed class Vocabulary
{
    private readonly Dictionary<Rune, int> _ids;

    private Vocabulary(ImmutableArray<Rune> characters)
    {
        Characters = characters;
        _ids = characters.Select((rune, id) => (rune, id)).ToDictionary(pair => pair.rune, pair => pair.id);
    }

    public ImmutableArray<Rune> Characters { get; }

    public int Size => Characters.Length;

    public static Vocabulary Of(string text) => new([.. text.EnumerateRunes().Distinct().Order()]);

    /// <summary>Ids of the text's characters, each in [0, <see cref="Size"/>). Characters outside the vocabulary are left out.</summary>
    public long[] Encode(string text)
    {
        var ids = new List<long>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (_ids.TryGetValue(rune, out var id))
                ids.Add(id);
        }

        return [.. ids];
    }

    public string Decode(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(Characters[id].ToString());
        return text.ToString();
    }
}
