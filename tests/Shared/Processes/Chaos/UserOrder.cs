using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>The kinds of orders of a user.</summary>
public enum UserDeed { Submit, Pause, Resume, Cancel, CancelTrial, Retry, RetryTrial, Delete, Drain }

/// <summary>An order and its answer. An order without an answer may or may not have been carried out.</summary>
/// <param name="Name">Name of the sweep, or of the worker that is drained.</param>
/// <param name="Sweep">The sweep's id; 0 for a worker.</param>
/// <param name="Trial">The trial's number; null for the whole sweep.</param>
/// <param name="Sent">When the order was first sent.</param>
public sealed record UserOrder(UserDeed Deed, string Name, int Sweep, int? Trial, DateTimeOffset Sent)
{
    /// <summary>When the order was answered; null while it is not answered.</summary>
    public DateTimeOffset? Answered { get; private set; }

    public bool Accepted { get; private set; }

    /// <summary>
    /// Whether a try was not answered. That try may have been carried out all the same, so that a repeated one was refused.
    /// </summary>
    public bool WasMissed { get; private set; }

    /// <summary>Whether the order may have been carried out. False only when it was refused at the first try.</summary>
    public bool MayHold => Answered is null || Accepted || WasMissed;

    public void Answer(DateTimeOffset at, bool accepted) => (Answered, Accepted) = (at, accepted);

    public void Miss() => WasMissed = true;

    /// <summary>Whether the order applies to this trial.</summary>
    public bool Concerns(int sweep, int number) => Sweep == sweep && (Trial is null || Trial == number);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Deed} {Name}{(Trial is { } number ? $"/{number}" : "")}");
}
