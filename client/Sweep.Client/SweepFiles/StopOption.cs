using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads a stopping rule from <c>--stop RULE --set key=value …</c>, with the keys of the section <c>stop</c> of sweep files.
/// </summary>
internal static class StopOption
{
    /// <param name="spec">The spec of the sweep that the rule is for.</param>
    /// <exception cref="SweepFileException">The rule or one of its keys is wrong, or would judge no trial of the sweep.</exception>
    public static StopSpec Read(string rule, IReadOnlyList<string> settings, SweepSpec spec)
    {
        var origin = new Origin($"--stop {rule}", null);
        var section = new YamlMap(origin, "stop", [new(origin, "rule", new YamlScalar(origin, "stop.rule", rule, Quoted: false))]);
        section = settings.Aggregate(section, Override.Apply);
        var problems = new Problems();
        var rules = new StopReader(problems).Read(section);
        problems.ThrowFirst();
        var changed = spec with { Stop = rules };
        var file = new YamlMap(origin, "", [new(origin, "stop", section)]);
        foreach (var problem in SpecRules.Problems(changed).Where(problem => problem.Path.StartsWith("stop", StringComparison.Ordinal)))
            throw problem.In(file);
        return rules![0];
    }
}
