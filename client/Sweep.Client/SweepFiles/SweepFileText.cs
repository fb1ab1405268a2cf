using System.Globalization;
using System.Text.Json;
using Sweep.Client.Output;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Writes a specification as a sweep file with all its defaults.</summary>
internal static class SweepFileText
{
    public static string Of(SweepSpec spec)
    {
        var most = spec.Resources.MaxConcurrent is { } limit ? Invariant($"max_concurrent: {limit}, ") : "";
        List<string> lines =
        [
            $"name: {spec.Name}",
            .. spec.Program is { } program ? ProgramText.Of(program, spec.Parameters.Own) : [Dataset(spec.Dataset)],
            $"objective: {(spec.Objectives is { } several ? $"[{string.Join(", ", several.Select(Text))}]" : Text(spec.Objective))}",
            $"method: {PlainText.Of(spec.Method.Kind)}",
            .. Budget(spec) is { Length: > 0 } budget ? [$"budget: {{ {budget} }}"] : Array.Empty<string>(),
            .. spec.Search is { } search
                ? [Invariant($"search: {{ window: {search.Window}, order: {PlainText.Of(search.Order)} }}")]
                : Array.Empty<string>(),
            "parameters:",
            .. spec.Parameters.Dimensions.Select(dimension => $"  {dimension.Name}: {Parameter(dimension, spec.Parameters.Own)}"),
            Invariant($"resources: {{ slots: {spec.Resources.Slots}, {most}priority: {spec.Resources.Priority} }}"),
            Invariant($"checkpoint: {{ every: {spec.Checkpoint.Every}, keep: {spec.Checkpoint.Keep} }}"),
            Invariant($"retries: {spec.Retries}"),
            Invariant($"stall_limit: {spec.StallLimit}"),
            .. spec.Replicates > 1 ? [Invariant($"replicates: {spec.Replicates}")] : Array.Empty<string>(),
            .. spec.StartFrom is { } start ? [$"start_from: {start}"] : Array.Empty<string>(),
            .. spec.Parameters.Require is { } constraints
                ? [$"require: [{string.Join(", ", constraints.Select(Quoted))}]"]
                : Array.Empty<string>(),
            .. spec.Stop is { } rules ? [$"stop: {Stop(rules)}"] : Array.Empty<string>(),
            .. spec.Precision is { } precision ? [$"precision: {PlainText.Of(precision)}"] : Array.Empty<string>(),
            Invariant($"seed: {spec.Seed}"),
        ];
        return string.Join('\n', lines);
    }

    private static string Parameter(Dimension dimension, OwnParameters? own) =>
        own is null ? Domain(dimension) : ProgramText.Parameter(dimension, own.Types[dimension.Name]);

    private static string Dataset(DatasetSpec dataset) =>
        $"dataset: {{ name: {Quoted(dataset.Name)}, sha256: {dataset.Sha256}, "
        + Invariant($"split: {PlainText.Of(dataset.Kind)}, validation: {dataset.Validation}")
        + (dataset.Test > 0 ? Invariant($", test: {dataset.Test} }}") : " }");

    private static string Text(Objective objective) =>
        $"{{ metric: {PlainText.Of(objective.Metric)}, goal: {PlainText.Of(objective.Goal)}"
        + (objective.Unit is { } unit ? $", unit: {Quoted(unit)} }}" : " }");

    /// <summary>The values of a parameter as a sweep file has them: <c>{ values: [rnn, lstm] }</c>, a range, or a single value.</summary>
    public static string Domain(Dimension dimension)
    {
        var when = dimension.When is null
            ? ""
            : $", when: {{ {string.Join(", ", dimension.When.Select(condition => $"{condition.Key}: {List(condition.Value)}"))} }}";
        return dimension.Domain switch
        {
            DimensionDomain.Choice { Values: [var only] } when when.Length == 0 => only.ToString()!,
            DimensionDomain.Choice choice => $"{{ values: {List(choice.Values)}{when} }}",
            DimensionDomain.Range range =>
                $"{{ min: {Number(range.Min)}, max: {Number(range.Max)}, scale: {PlainText.Of(range.Scale)}"
                + (range.Count is { } count ? Invariant($", count: {count}") : "")
                + (range.Step is { } step ? $", step: {Number(step)}" : "")
                + $"{when} }}",
            _ => throw new ArgumentOutOfRangeException(
                nameof(dimension), dimension.Domain, "A sweep file has no form for this kind of domain."),
        };
    }

    /// <summary>Stopping rules as a sweep file has them.</summary>
    public static string Stop(IReadOnlyList<StopSpec> rules) =>
        rules is [var only] ? Stop(only) : $"[{string.Join(", ", rules.Select(Stop))}]";

    private static string Stop(StopSpec rule) => rule switch
    {
        StopSpec.Asha asha => Invariant($"{{ rule: asha, first: {asha.First}, factor: {asha.Factor} }}"),
        StopSpec.Hyperband hyperband => Invariant($"{{ rule: hyperband, first: {hyperband.First}, factor: {hyperband.Factor} }}"),
        StopSpec.Median median => Invariant($"{{ rule: median, first: {median.First}, every: {median.Every}, trials: {median.Trials} }}"),
        StopSpec.Threshold threshold => Invariant($"{{ rule: threshold, epoch: {threshold.Epoch}, value: {Number(threshold.Value)} }}"),
        StopSpec.Patience patience => Invariant($"{{ rule: patience, epochs: {patience.Epochs}, gain: {Number(patience.Gain)} }}"),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "A sweep file has no form for this stopping rule."),
    };

    private static string Budget(SweepSpec spec) => string.Join(
        ", ",
        new (string Key, object? Value)[]
        {
            ("trials", spec.Method.Trials),
            ("epochs", spec.Budget?.Epochs),
            ("time", spec.Budget?.Time),
            ("target", spec.Budget?.Target),
            ("failures", spec.Budget?.Failures),
        }.Where(part => part.Value is not null).Select(part => Invariant($"{part.Key}: {part.Value}")));

    private static string List(IEnumerable<ParameterValue> values) => $"[{string.Join(", ", values)}]";

    private static string Number(double number) => ParameterValue.Of(number).ToString()!;

    /// <summary>A text in double quotes, which YAML reads as JSON does, with no more escapes than it needs.</summary>
    public static string Quoted(string text) => JsonSerializer.Serialize(text, JsonOutput.Options);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
