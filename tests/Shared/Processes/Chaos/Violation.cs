namespace Sweep.Processes.Chaos;

/// <summary>Something that must hold and did not.</summary>
/// <param name="At">The time at which it shows; null when the tables do not contain it.</param>
/// <param name="Rows">The events of the trial concerned.</param>
public sealed record Violation(DateTimeOffset? At, string Text, IReadOnlyList<EventFact>? Rows = null)
{
    /// <summary>Length of the time before a violation from which acts are listed.</summary>
    private static readonly TimeSpan Acts = TimeSpan.FromSeconds(20);

    /// <summary>Returns the violation, followed by what was done and what happened to the trial in the seconds before it.</summary>
    public string Explain(ChaosJournal journal)
    {
        if (At is not { } at)
            return Text;
        var rows = from row in Rows ?? [] where row.At <= at && row.At >= at - Acts select (row.At, $"row: {row}");
        return string.Join("\n      ", [Text, .. journal.Before(at, Acts, rows)]);
    }
}
