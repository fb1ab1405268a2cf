namespace Sweep.Grains;

/// <summary>
/// The pause after a refusal of the database. What is refused is looked at with every end of a trial, and each second where nothing else is
/// left, but the database's owner needs longer to mend it.
/// </summary>
internal sealed class RefusalPause(TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private long? _refusedAt;

    public bool IsOn => _refusedAt is { } at && time.GetElapsedTime(at) < Length;

    /// <summary>Begins the pause where something was refused, and ends it where nothing was.</summary>
    public void Set(bool isRefused) => _refusedAt = isRefused ? time.GetTimestamp() : null;
}
