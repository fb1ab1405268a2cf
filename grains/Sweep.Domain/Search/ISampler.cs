using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Search;

/// <summary>Chooses the trials of a sweep. Pure: the same spec gives the same trials in the same order.</summary>
public interface ISampler
{
    /// <summary>The trials, numbered from 1 in this order.</summary>
    IEnumerable<TrialParameters> Trials();
}

public static class Samplers
{
    /// <summary>The sampler that a spec names.</summary>
    public static ISampler For(SweepSpec spec) => spec.Method.Kind switch
    {
        MethodKind.Grid => new GridSampler(spec.Parameters, spec.Seed),
        MethodKind.Random => new RandomSampler(spec.Parameters, spec.Seed, spec.Method.Trials ?? throw new ArgumentException("A random search needs a number of trials.", nameof(spec))),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Method.Kind, "No sampler has this name."),
    };
}
