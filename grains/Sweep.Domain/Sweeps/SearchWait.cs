using Sweep.Domain.Search;
using Sweep.Domain.Stopping;

namespace Sweep.Domain.Sweeps;

/// <summary>A trial that waits or runs.</summary>
/// <param name="HeldAt">The epoch at whose end it waits to be judged; null when it does not.</param>
public sealed record OpenTrial(int Number, int EpochsDone, int? HeldAt);

/// <summary>A trial that is waited for.</summary>
/// <param name="Epoch">The epoch at whose end it is known well enough; null for its own end.</param>
public readonly record struct AwaitedTrial(int Number, int? Epoch);

/// <summary>What keeps a search from its next proposal, and held trials from being judged, for people who watch it.</summary>
public sealed class SearchWait(SweepSpec spec)
{
    private readonly ISearchMethod _method = SearchMethods.For(spec);
    private readonly SweepRules? _rules = StoppingRules.For(spec);
    private readonly SearchWindow _window = new(spec.Search?.Window ?? SearchWindow.Default);
    private readonly int _epochs = new ReachableValues(spec.Parameters).MostEpochs;

    /// <summary>Whether the next proposal waits for a number of trials to end, and not for certain ones.</summary>
    public bool IsByArrival => spec.Search?.Order == SearchOrder.Arrival;

    /// <summary>The first epoch after some at whose end a trial is judged; null when it is not judged any more.</summary>
    public int? NextRung(int number, int epochs, int done) =>
        _rules?.Rungs(number, epochs).Where(rung => rung > done).Select(rung => (int?)rung).FirstOrDefault();

    /// <summary>The trials that the proposal of a trial waits for, by number.</summary>
    /// <param name="next">The number of the trial that is proposed next.</param>
    /// <param name="unfinished">The trials that wait or run.</param>
    public IReadOnlyList<AwaitedTrial> ForProposal(int next, IEnumerable<OpenTrial> unfinished) =>
        IsByArrival || !spec.Method.Kind.Learns() || next > _method.Count
            ? []
            : [.. unfinished.OrderBy(trial => trial.Number).Select(trial => ForProposal(next, trial)).OfType<AwaitedTrial>()];

    /// <summary>The first trial that a held one waits for; null when there is none, or it is about to be judged.</summary>
    /// <param name="proposed">How many trials are proposed.</param>
    public int? ForJudgement(OpenTrial held, int proposed, IEnumerable<OpenTrial> unfinished)
    {
        if (held.HeldAt is not { } epoch || _rules is not { Compared: not null })
            return null;
        // The replicates of its own point are waited for too.
        var range = _rules.Trials(_rules.ComparedAt(_rules.Point(held.Number), epoch));
        var first = unfinished
            .Where(other => other.Number != held.Number && other.Number >= range.First && other.Number <= range.Last)
            .Where(other => other.EpochsDone < epoch)
            .Select(other => other.Number)
            .DefaultIfEmpty(range.Last > proposed ? proposed + 1 : 0)
            .Min();
        return first == 0 ? null : first;
    }

    private AwaitedTrial? ForProposal(int next, OpenTrial trial)
    {
        if (_rules is not { Halving: var (halving, factor), Compared: { } compared })
            return trial.Number <= _method.WaitsFor(next) ? new(trial.Number, null) : null;
        var point = _rules.Point(trial.Number);
        var rung = _window.KnownRung(_rules.Point(next), point, compared.ComparedWith(point).Last, factor);
        var rungs = halving.Rungs(point, _epochs);
        return rung < 0 ? null
            : rung >= rungs.Count ? new(trial.Number, null)
            : trial.EpochsDone < rungs[rung] ? new(trial.Number, rungs[rung]) : null;
    }
}
