namespace Sweep.Silo.Monitoring;

/// <summary>Whether the database answered when it was asked last: what Orleans says of its absence every five seconds, with a trace, is said once by <see cref="HealthWatch"/>.</summary>
internal sealed class DatabasePresence
{
    public const string Absence = "Orleans.Runtime.MembershipService";

    private volatile bool _isAway;

    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    /// <summary>Whether a line of Orleans' membership is worth reading.</summary>
    public bool IsNews(LogLevel level) => level > LogLevel.Warning || (level == LogLevel.Warning && !IsAway);
}
