using System.Diagnostics.CodeAnalysis;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Cards in an order that the seed decides. When none of the cards that are left is possible, all of them are shuffled again. A short round
/// thus draws most of the cards, and a long round draws each about equally often.
/// </summary>
public sealed class ChaosDeck<T>(Random random, IReadOnlyList<T> cards)
{
    private readonly List<T> _left = [];

    /// <summary>
    /// Takes the next card that <paramref name="isPossible"/> allows, and leaves the others in their order. Returns false when no card is
    /// possible.
    /// </summary>
    public bool TryDraw(Predicate<T> isPossible, [MaybeNullWhen(false)] out T card)
    {
        var place = _left.FindIndex(isPossible);
        if (place < 0)
        {
            _left.Clear();
            _left.AddRange(Shuffled());
            place = _left.FindIndex(isPossible);
        }

        card = place < 0 ? default : _left[place];
        if (place >= 0)
            _left.RemoveAt(place);
        return place >= 0;
    }

    private T[] Shuffled()
    {
        T[] shuffled = [.. cards];
        random.Shuffle(shuffled);
        return shuffled;
    }
}
