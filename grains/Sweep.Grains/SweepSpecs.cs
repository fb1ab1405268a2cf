using System.Collections.Concurrent;
using Sweep.Domain.Sweeps;

namespace Sweep.Grains;

/// <summary>The specs of sweeps that this silo has to do with. A spec never changes, so it is read once.</summary>
public sealed class SweepSpecs(ISweepStore store)
{
    private readonly ConcurrentDictionary<int, Task<SweepSpec>> _specs = new();

    /// <exception cref="InvalidOperationException">No sweep has this id.</exception>
    public async Task<SweepSpec> GetAsync(int sweep)
    {
        var reading = _specs.GetOrAdd(sweep, ReadAsync);
        try
        {
            return await reading;
        }
        catch
        {
            // The next caller tries again.
            _specs.TryRemove(new(sweep, reading));
            throw;
        }
    }

    private async Task<SweepSpec> ReadAsync(int sweep) =>
        (await store.LoadAsync(sweep))?.Spec ?? throw new InvalidOperationException($"Sweep {sweep} is not stored.");
}
