using System.Diagnostics.CodeAnalysis;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Cards in an order that the seed decides; when none that is left is possible, all in another one. So a short round sees most of them, and a long one
/// all alike.
/// </summary>
public sealed class ChaosDeck<T>(Random random, IReadOnlyList<T> cards)
{
    private readonly List<T> _left = [];

    /// <summary>Takes the next card that <paramref name="isPossible"/> allows; the others keep their place. False when none is.</summary>
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
