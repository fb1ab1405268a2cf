namespace Sweep.Domain.Trials;

/// <summary>What a program reported of one epoch.</summary>
/// <param name="Seconds">Time since the report before, or since the program's start.</param>
/// <param name="Values">By name, each finite; the objective's is among them.</param>
public sealed record ProgramMetrics(int Epoch, double Seconds, IReadOnlyDictionary<string, double> Values) : EpochReport
{
    public override double? Find(Metric metric) => Values.TryGetValue(metric.Name, out var value) ? value : null;
}
