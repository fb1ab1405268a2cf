namespace Sweep.Processes.Chaos;

/// <summary>A promise that was broken.</summary>
/// <param name="At">When it shows; null where the rows do not say.</param>
/// <param name="Rows">The history of the trial that it is about.</param>
public sealed record Violation(DateTimeOffset? At, string Text, IReadOnlyList<EventFact>? Rows = null)
{
    /// <summary>So much of what was done before it is worth reading.</summary>
    private static readonly TimeSpan Acts = TimeSpan.FromSeconds(20);

    /// <summary>The violation, and below it what was done and what happened to the trial in the seconds before it.</summary>
    public string Explain(ChaosJournal journal)
    {
        if (At is not { } at)
            return Text;
        var rows = from row in Rows ?? [] where row.At <= at && row.At >= at - Acts select (row.At, $"row: {row}");
        return string.Join("\n      ", [Text, .. journal.Before(at, Acts, rows)]);
    }
}
