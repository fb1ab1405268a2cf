using Sweep.Domain.Search;
using Sweep.Domain.Stopping;

namespace Sweep.Domain.Sweeps;

public static class StoppingRules
{
    /// <summary>The stopping rules of a spec; null when it has none.</summary>
    public static SweepRules? For(SweepSpec spec) => SweepRules.Of(
        spec.Stop,
        new MetricWords(spec.Objective.Metric, spec.Objective.Goal),
        new ReachableValues(spec.Parameters).MostEpochs,
        () => SearchMethods.For(spec).Count / spec.TrialsPerPoint,
        spec.TrialsPerPoint);
}
