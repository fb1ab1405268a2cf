namespace Sweep.Silo.Monitoring;

/// <summary>
/// Whether the database answered the last time. While it is away Orleans logs that every five seconds with a stack trace; these lines are
/// left out, since <see cref="HealthWatch"/> logs it once.
/// </summary>
internal sealed class DatabasePresence
{
    public const string Absence = "Orleans.Runtime.MembershipService";

    private volatile bool _isAway;

    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>Whether to log a line of Orleans' membership.</summary>
    public bool IsNews(LogLevel level) => level > LogLevel.Warning || (level == LogLevel.Warning && !IsAway);
}
