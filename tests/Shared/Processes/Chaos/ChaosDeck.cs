namespace Sweep.Processes.Chaos;

/// <summary>All acts in an order that the seed decides; when each was drawn, in another one. So a short round sees most of them, and a long one all alike.</summary>
public sealed class ChaosDeck(Random random)
{
    private readonly List<ChaosAct> _left = [];

    /// <summary>Takes the next act that <paramref name="isPossible"/> allows; the others keep their place. Null when none is.</summary>
    public ChaosAct? Draw(Predicate<ChaosAct> isPossible)
    {
        if (_left.Count == 0)
            _left.AddRange(Shuffled());
        var place = _left.FindIndex(isPossible);
        if (place < 0)
            return null;
        var act = _left[place];
        _left.RemoveAt(place);
        return act;
    }

    private ChaosAct[] Shuffled()
    {
        ChaosAct[] acts = [.. ChaosAct.All];
        random.Shuffle(acts);
        return acts;
    }
}
