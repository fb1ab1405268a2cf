using System.Globalization;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// The difference between this machine's clock and the database's, which all silos of a cluster share. Silos store when they started and
/// when they were last alive, and judge each other by these times: a silo whose clock is minutes behind is declared dead while it joins,
/// and one whose clock is minutes ahead declares others dead.
/// </summary>
internal sealed class DatabaseClock
{
    /// <summary>The difference from which a warning is logged. It is below the silence of 15 s that silos count.</summary>
    public static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The difference from which a silo does not join. It is below the five minutes that the other silos allow for joining.
    /// </summary>
    public static readonly TimeSpan Unbearable = TimeSpan.FromMinutes(4);

    private long _ahead;

    /// <summary>
    /// How far this machine's clock is ahead of the database's; negative when it is behind. A difference that a slow answer explains counts
    /// as zero.
    /// </summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref _ahead));

    public bool IsBearable => Ahead.Duration() < Unbearable;

    /// <summary>A description of the difference in one line, without a full stop; null when the clocks agree.</summary>
    public string? Complaint => Ahead.Duration() < Noticeable ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"this machine's clock is {Ahead.Duration().TotalSeconds:0} s {(Ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database's; " +
        $"set it (NTP: timedatectl set-ntp true)");

    /// <param name="asked">Time of this machine's clock before the question.</param>
    /// <param name="told">Time of the database's clock, as it answered.</param>
    /// <param name="heard">Time of this machine's clock after the answer.</param>
    public void Measure(DateTimeOffset asked, DateTimeOffset told, DateTimeOffset heard)
    {
        var ahead = told < asked ? asked - told : told > heard ? heard - told : TimeSpan.Zero;
        Interlocked.Exchange(ref _ahead, ahead.Ticks);
    }
}
