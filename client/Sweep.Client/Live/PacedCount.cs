using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>
/// Counts a sweep's trials again and again. Counting reads a row a trial, so that of a large sweep takes a share of the time at most: it is counted every
/// few seconds, and as soon as its state has changed.
/// </summary>
/// <param name="count">Counts; null when the sweep is not there any more.</param>
/// <param name="state">The sweep's state, without counting.</param>
internal sealed class PacedCount(
    Func<CancellationToken, Task<SweepOverview?>> count, Func<int, CancellationToken, Task<SweepState?>> state, TimeProvider time)
{
    /// <summary>Trials up to which counting is as cheap as asking for the state.</summary>
    public const int Few = 2_000;

    /// <summary>How many times longer than the counting the pause after it is.</summary>
    public const int PausePerCount = 30;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private SweepOverview? _last;
    private long _counted;
    private TimeSpan _pause;

    /// <param name="idle">Nothing of it runs: of a sweep that does not go on, this is the last look, which must be true.</param>
    public async Task<SweepOverview?> CountAsync(bool idle, CancellationToken cancellation)
    {
        if (_last is { Trials: > Few } last && time.GetElapsedTime(_counted) < _pause && (!idle || last.State == SweepState.Running)
            && await state(last.Id, cancellation) == last.State)
            return last;
        var start = time.GetTimestamp();
        _last = await count(cancellation);
        _counted = time.GetTimestamp();
        _pause = time.GetElapsedTime(start, _counted) * PausePerCount;
        if (_pause > LongestPause)
            _pause = LongestPause;
        return _last;
    }
}
