using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>What a user asks for.</summary>
public enum UserDeed { Submit, Pause, Resume, Cancel, CancelTrial, Retry, RetryTrial, Delete, Drain }

/// <summary>An order, and what was answered. One that was not answered may have been carried out or not.</summary>
/// <param name="Name">Of the sweep, or of the worker that is drained.</param>
/// <param name="Sweep">The sweep's id; 0 for a worker.</param>
/// <param name="Trial">The trial's number; null for all of the sweep.</param>
/// <param name="Sent">When it was sent, or first sent where it had to be sent again.</param>
public sealed record UserOrder(UserDeed Deed, string Name, int Sweep, int? Trial, DateTimeOffset Sent)
{
    /// <summary>Null while nobody has answered.</summary>
    public DateTimeOffset? Answered { get; private set; }

    public bool Accepted { get; private set; }

    /// <summary>It was sent, and nobody answered: it may have been carried out all the same, and refused when it was sent again.</summary>
    public bool WasMissed { get; private set; }

    /// <summary>False for one that was refused.</summary>
    public bool MayHold => Answered is null || Accepted || WasMissed;

    public void Answer(DateTimeOffset at, bool accepted) => (Answered, Accepted) = (at, accepted);

    public void Miss() => WasMissed = true;

    /// <summary>Whether it is about this trial.</summary>
    public bool Concerns(int sweep, int number) => Sweep == sweep && (Trial is null || Trial == number);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Deed} {Name}{(Trial is { } number ? $"/{number}" : "")}");
}
