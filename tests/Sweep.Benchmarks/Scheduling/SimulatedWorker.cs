using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sweep.Domain.Trials;
using Sweep.Grains;

namespace Sweep.Benchmarks.Scheduling;

/// <summary>Makes the calls of a worker to the scheduler and to its trials, without a silo and trainers.</summary>
internal sealed class SimulatedWorker(
    string name, int slots, TimeSpan trialTime, TimeSpan renewEvery, IGrainFactory grains, Latencies lease, Latencies renew)
{
    private static readonly string Result = JsonSerializer.Serialize(
        new TrialResult(0.01, 0.1, 10_000, 1_000, 4_000, 2_000, 100, 20, 1 << 20, "to be"));

    private readonly ConcurrentDictionary<(long Trial, int Attempt), Task> _running = new();
    private readonly ISchedulerGrain _scheduler = grains.GetGrain<ISchedulerGrain>(0);

    public async Task RunAsync(CancellationToken over)
    {
        var renewing = RenewAsync(over);
        try
        {
            await LeaseAsync(over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The sweep is over.
        }

        await renewing;
    }

    private async Task LeaseAsync(CancellationToken over)
    {
        var first = true;
        while (!over.IsCancellationRequested)
        {
            if (_running.Count == slots)
            {
                await Task.WhenAny(_running.Values);
                continue;
            }

            var started = Stopwatch.GetTimestamp();
            var grants = await _scheduler.Lease(new(name, slots - _running.Count, slots, []), over);
            // The first call waits for the sweep, and a call without a grant waits for the sweep's end, so neither measures the scheduler.
            if (grants.Length > 0 && !first)
                lease.Add(Stopwatch.GetElapsedTime(started));
            first = false;
            foreach (var grant in grants)
                _running[(grant.Trial, grant.Attempt)] = TrainAsync(grant.Trial, grant.Attempt);
        }
    }

    private async Task TrainAsync(long trial, int attempt)
    {
        await Task.Yield();
        var grain = grains.GetGrain<ITrialGrain>(trial);
        var assignment = await grain.Open(name, attempt);
        await Task.Delay(trialTime);
        await grain.Complete(assignment!.Attempt, Result);
        _running.TryRemove((trial, attempt), out _);
    }

    private async Task RenewAsync(CancellationToken over)
    {
        // Each worker starts at another moment, as real workers do.
        await Task.Delay(renewEvery * Random.Shared.NextDouble(), CancellationToken.None);
        while (!over.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var held = _running.Keys;
            await _scheduler.Renew(name, [.. held.Select(lease => lease.Trial)], [.. held.Select(lease => lease.Attempt)]);
            renew.Add(Stopwatch.GetElapsedTime(started));
            await Task.Delay(renewEvery, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
