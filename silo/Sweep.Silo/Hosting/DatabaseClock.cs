using System.Globalization;

namespace Sweep.Silo.Hosting;

/// <summary>
/// How far this machine's clock is from the database's, which all silos of a cluster share. Silos write down when they started and when they
/// were last alive, and judge each other by it: one that is minutes behind is declared dead while it joins, and one that is minutes ahead
/// declares others dead.
/// </summary>
internal sealed class DatabaseClock
{
    /// <summary>From here on it is told: silos count a silence of 15 s.</summary>
    public static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(5);

    /// <summary>From here on a silo does not join: the limit of the others is the five minutes that a silo may take to join.</summary>
    public static readonly TimeSpan Unbearable = TimeSpan.FromMinutes(4);

    private long _ahead;

    /// <summary>Of this machine before the database; negative when it is behind. What a slow answer may account for is left out.</summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref _ahead));

    public bool IsBearable => Ahead.Duration() < Unbearable;

    /// <summary>One line, without a full stop; null when the clocks agree.</summary>
    public string? Complaint => Ahead.Duration() < Noticeable ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"this machine's clock is {Ahead.Duration().TotalSeconds:0} s {(Ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database's; " +
        $"set it (NTP: timedatectl set-ntp true)");

    /// <param name="asked">By this machine's clock, before the question.</param>
    /// <param name="told">The database's answer.</param>
    /// <param name="heard">By this machine's clock, after the answer.</param>
    public void Measure(DateTimeOffset asked, DateTimeOffset told, DateTimeOffset heard)
    {
        var ahead = told < asked ? asked - told : told > heard ? heard - told : TimeSpan.Zero;
        Interlocked.Exchange(ref _ahead, ahead.Ticks);
    }
}
