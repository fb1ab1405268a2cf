using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;

namespace Sweep.Grains;

/// <summary>The specs of the sweeps whose trials run on this silo. A spec never changes, so it is read once while it is in use.</summary>
public sealed class SweepSpecs(ISweepStore store)
{
    private const int Kept = 1_000;

    private readonly RecentReads<int, (SweepSpec Spec, SweepRules? Rules)> _specs = new(
        async sweep => (await store.LoadAsync(sweep))?.Spec is { } spec
            ? (spec, StoppingRules.For(spec))
            : throw new InvalidOperationException($"Sweep {sweep} is not stored."),
        _ => 1,
        Kept);

    /// <exception cref="InvalidOperationException">No sweep has this id.</exception>
    public async Task<SweepSpec> GetAsync(int sweep) => (await _specs.GetAsync(sweep)).Spec;

    /// <summary>The stopping rules of a sweep; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">No sweep has this id.</exception>
    public async Task<SweepRules?> RulesAsync(int sweep) => (await _specs.GetAsync(sweep)).Rules;
}
