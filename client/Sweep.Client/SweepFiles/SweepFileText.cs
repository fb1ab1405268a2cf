using System.Globalization;
using System.Text.Json;
using Sweep.Client.Output;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>A spec as the sweep file that would give it, defaults filled in.</summary>
internal static class SweepFileText
{
    public static string Of(SweepSpec spec)
    {
        List<string> lines =
        [
            $"name: {spec.Name}",
            Invariant($"dataset: {{ name: {Quoted(spec.Dataset.Name)}, sha256: {spec.Dataset.Sha256}, split: {PlainText.Of(spec.Dataset.Split)}, validation: {spec.Dataset.Validation} }}"),
            $"objective: {{ metric: {PlainText.Of(spec.Objective.Metric)}, goal: {PlainText.Of(spec.Objective.Goal)} }}",
            $"method: {PlainText.Of(spec.Method.Kind)}",
            .. spec.Method.Trials is { } trials ? [Invariant($"budget: {{ trials: {trials} }}")] : Array.Empty<string>(),
            "parameters:",
            .. spec.Parameters.Dimensions.Select(dimension => $"  {dimension.Name}: {Domain(dimension)}"),
            Invariant($"resources: {{ slots: {spec.Resources.Slots}, {(spec.Resources.MaxConcurrent is { } most ? Invariant($"max_concurrent: {most}, ") : "")}priority: {spec.Resources.Priority} }}"),
            Invariant($"checkpoint: {{ every: {spec.Checkpoint.Every}, keep: {spec.Checkpoint.Keep} }}"),
            Invariant($"retries: {spec.Retries}"),
            Invariant($"stall_limit: {spec.StallLimit}"),
            Invariant($"seed: {spec.Seed}"),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>A parameter's values: <c>{ values: [rnn, lstm] }</c>, a range, or a plain value.</summary>
    public static string Domain(Dimension dimension)
    {
        var when = dimension.When is null
            ? ""
            : $", when: {{ {string.Join(", ", dimension.When.Select(condition => $"{condition.Key}: {List(condition.Value)}"))} }}";
        return dimension.Domain switch
        {
            DimensionDomain.Choice { Values: [var only] } when when.Length == 0 => only.ToString()!,
            DimensionDomain.Choice choice => $"{{ values: {List(choice.Values)}{when} }}",
            DimensionDomain.Range range => Invariant($"{{ min: {Number(range.Min)}, max: {Number(range.Max)}, scale: {PlainText.Of(range.Scale)}")
                + (range.Count is { } count ? Invariant($", count: {count}") : "")
                + (range.Step is { } step ? Invariant($", step: {Number(step)}") : "") + $"{when} }}",
            _ => throw new ArgumentOutOfRangeException(nameof(dimension), dimension.Domain, "A sweep file has no form for this kind of domain."),
        };
    }

    private static string List(IEnumerable<ParameterValue> values) => $"[{string.Join(", ", values)}]";

    private static string Number(double number) => ParameterValue.Of(number).ToString()!;

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
