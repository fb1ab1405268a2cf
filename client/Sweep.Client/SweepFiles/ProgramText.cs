using System.Globalization;
using Sweep.Client.Output;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;

namespace Sweep.Client.SweepFiles;

/// <summary>Writes the parts of a sweep file that a program has in place of the built-in model's.</summary>
internal static class ProgramText
{
    /// <summary>The section <c>program</c>, without its folder, which is that of the file, and without its environment's values.</summary>
    public static IEnumerable<string> Of(ProgramSpec program, OwnParameters? own) =>
    [
        "program:",
        $"  command: {List(program.Command)}",
        .. WithoutValues(program).Environment is { Count: > 0 } variables
            ? [$"  environment: {{ {string.Join(", ", variables.Select(pair => $"{pair.Key}: {Quoted(pair.Value)}"))} }}"]
            : Array.Empty<string>(),
        .. own?.Epochs is { } epochs ? [Invariant($"  epochs: {epochs}")] : Array.Empty<string>(),
        .. program.TimeLimit is { } limit ? [Invariant($"  time_limit: {limit}")] : Array.Empty<string>(),
        .. program.Capture is { } patterns ? [$"  capture: {List(patterns)}"] : Array.Empty<string>(),
        Invariant($"  stop_grace: {program.StopGrace}"),
    ];

    /// <summary>The program with … in place of each value of its environment: reports are published, and a value may be secret.</summary>
    public static ProgramSpec WithoutValues(ProgramSpec program) => program with
    {
        Environment = program.Environment?.ToDictionary(pair => pair.Key, _ => "…"),
    };

    /// <summary>A parameter with its type, since 1 may be a float and 1.0 is stored as 1.</summary>
    public static string Parameter(Dimension dimension, ParameterType type)
    {
        var domain = dimension.Domain switch
        {
            DimensionDomain.Choice choice => $"values: {Values(choice.Values)}",
            _ => SweepFileText.Domain(dimension with { When = null })[2..^2],
        };
        var when = dimension.When is null
            ? ""
            : $", when: {{ {string.Join(", ", dimension.When.Select(condition => $"{condition.Key}: {Values(condition.Value)}"))} }}";
        return $"{{ type: {PlainText.Of(type)}, {domain}{when} }}";
    }

    private static string Values(IEnumerable<ParameterValue> values) =>
        $"[{string.Join(", ", values.Select(value => value is ParameterValue.Word word ? Quoted(word.Text) : value.ToString()))}]";

    private static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quoted))}]";

    private static string Quoted(string text) => SweepFileText.Quoted(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
