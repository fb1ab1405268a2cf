using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>
/// Counts a sweep's trials again and again. Counting reads one row for each trial, so a large sweep is counted only every few seconds, and
/// whenever its state has changed.
/// </summary>
/// <param name="count">Counts the trials; null when the sweep does not exist any more.</param>
/// <param name="state">Reads the sweep's state without counting.</param>
internal sealed class PacedCount(
    Func<CancellationToken, Task<SweepOverview?>> count, Func<int, CancellationToken, Task<SweepState?>> state, TimeProvider time)
{
    /// <summary>The number of trials up to which counting is as cheap as reading the state.</summary>
    public const int Few = 2_000;

    /// <summary>The length of the pause after a count, as a multiple of the time that the count took.</summary>
    public const int PausePerCount = 30;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private SweepOverview? _last;
    private long _counted;
    private TimeSpan _pause;

    /// <param name="idle">
    /// Whether none of the trials runs. A sweep that has also stopped is counted at once, since this count is the last one and must be
    /// right.
    /// </param>
    public async Task<SweepOverview?> CountAsync(bool idle, CancellationToken cancellation)
    {
        if (_last is { Trials: > Few } last && time.GetElapsedTime(_counted) < _pause && (!idle || last.State == SweepState.Running)
            && await state(last.Id, cancellation) == last.State)
        {
            return last;
        }

        var start = time.GetTimestamp();
        _last = await count(cancellation);
        _counted = time.GetTimestamp();
        _pause = time.GetElapsedTime(start, _counted) * PausePerCount;
        if (_pause > LongestPause)
            _pause = LongestPause;
        return _last;
    }
}
