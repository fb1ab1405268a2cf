using System.Globalization;
using System.Numerics;
using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>What a spec must keep to, whoever wrote it: a scheduler that was given anything else would lease it for ever.</summary>
public static class SpecBounds
{
    /// <returns>The first mistake, as key, value found and value expected; null when there is none.</returns>
    public static string? FirstMistake(SweepSpec spec) =>
        Name(spec) ?? Numbers(spec) ?? spec.Parameters.Dimensions.Select(Points).FirstOrDefault(mistake => mistake is not null) ?? Trials(spec);

    private static string? Name(SweepSpec spec) => SweepName.IsValid(spec.Name) ? null : $"name: found {spec.Name}; expected {SweepName.Expectation}.";

    private static string? Numbers(SweepSpec spec)
    {
        var (resources, checkpoint) = (spec.Resources, spec.Checkpoint);
        return resources.Slots < 1 ? Wrong("resources.slots", resources.Slots, "at least 1")
            : resources.MaxConcurrent < 1 ? Wrong("resources.max_concurrent", resources.MaxConcurrent, "at least 1")
            : spec.Retries < 0 ? Wrong("retries", spec.Retries, "at least 0")
            : !(checkpoint.Every is >= 0 and <= 1_000_000) ? Wrong("checkpoint.every", checkpoint.Every, "seconds from 0 to 1,000,000")
            : checkpoint.Keep < 1 ? Wrong("checkpoint.keep", checkpoint.Keep, "at least 1")
            : !(spec.StallLimit is >= SweepSpec.MinStallLimit and <= SweepSpec.MaxSeconds) ? Wrong("stall_limit", spec.StallLimit, "seconds from 5 to 1,000,000")
            : !(spec.Dataset.Validation is > 0 and < 1) ? Wrong("dataset.validation", spec.Dataset.Validation, "a share between 0 and 1")
            : null;
    }

    private static string? Points(Dimension dimension)
    {
        var key = $"parameters.{dimension.Name}";
        if (BuiltInParameters.Catalog.Find(dimension.Name) is null)
            return $"{key}: no parameter has this name.";
        return dimension.Domain switch
        {
            DimensionDomain.Choice { Values.Count: 0 } => $"{key}: found no value; expected at least one.",
            DimensionDomain.Range range when !(double.IsFinite(range.Min) && double.IsFinite(range.Max) && range.Min < range.Max) =>
                string.Create(CultureInfo.InvariantCulture, $"{key}: found min {range.Min} and max {range.Max}; min must be below max."),
            DimensionDomain.Range { Count: { } count } when count is < 2 or > SweepSpec.MaxTrials => Wrong($"{key}.count", count, $"from 2 to {SweepSpec.MaxTrials}"),
            DimensionDomain.Range { Step: { } step } range when !(step > 0 && (range.Max - range.Min) / step <= SweepSpec.MaxTrials) =>
                Wrong($"{key}.step", step, "above 0, and not so small that there are more values than trials may be"),
            _ => null,
        };
    }

    private static string? Trials(SweepSpec spec)
    {
        if (spec.Method.Kind == MethodKind.Random && spec.Method.Trials is not (>= 1 and <= SweepSpec.MaxTrials))
            return Wrong("budget.trials", spec.Method.Trials, $"from 1 to {SweepSpec.MaxTrials}");
        if (spec.Method.Kind != MethodKind.Grid)
            return null;
        if (spec.Parameters.Dimensions.FirstOrDefault(dimension => dimension.Points(BuiltInParameters.Catalog) is null) is { } endless)
            return $"parameters.{endless.Name}: a grid over a range needs a count or a step.";
        BigInteger count = new GridSearch(spec.Parameters, spec.Seed).Total;
        return count > SweepSpec.MaxTrials ? Wrong("parameters", count, $"a grid of at most {SweepSpec.MaxTrials} trials") : null;
    }

    private static string Wrong(string key, object? found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{key}: found {found ?? "nothing"}; expected {expected}.");
}
