using System.Text;
using System.Text.RegularExpressions;
using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using static System.FormattableString;

namespace Sweep.Domain.Sweeps;

/// <summary>The rules for the section <c>program</c> of a spec, and for what a program's parameters and metrics may be called.</summary>
internal static partial class ProgramRules
{
    private const int MaxArguments = 1_000;

    /// <summary>The most bytes of one argument or variable, and of all together. Source: the limits in execve(2).</summary>
    private const int MaxBytes = 131_071, MaxBytesTogether = 1 << 20;

    /// <summary>The mistakes of a spec with a program; none for one without.</summary>
    public static IEnumerable<SpecProblem> Problems(SweepSpec spec) => spec.Program is not { } program ? [] :
    [
        .. Command(program.Command, spec.Parameters),
        .. Environment(program.Environment ?? new Dictionary<string, string>()),
        .. Together(program),
        .. Capture(program.Capture),
        .. program.TimeLimit is { } limit ? SpecBounds.TimeLimit.Problems(limit) : [],
        .. SpecBounds.StopGrace.Problems(program.StopGrace),
        .. Epochs(spec),
        .. Parameters(spec.Parameters),
        .. MetricName.IsValid(spec.Objective.Metric.Name)
            ? []
            : new[] { SpecProblem.Of("objective.metric", spec.Objective.Metric, $"expected {MetricName.Expectation}") },
    ];

    private static IEnumerable<SpecProblem> Command(IReadOnlyList<string>? command, SearchSpace space)
    {
        const string path = "program.command";
        if (command is null or { Count: 0 or > MaxArguments })
        {
            yield return SpecProblem.About(
                path, $"{command?.Count ?? 0} arguments", $"expected a list of 1 to {MaxArguments}, such as {SpecBounds.CommandExample}");
            yield break;
        }

        foreach (var (index, argument) in command.Index())
        {
            if (string.IsNullOrEmpty(argument) && index == 0)
                yield return SpecProblem.Of(path, "", "expected a program first", index);
            else if (argument is null || argument.Contains('\0'))
                yield return SpecProblem.About(path, "an argument that no program can have", "expected a text without NUL", index);
            else if (Bytes(argument) is var bytes and > MaxBytes)
                yield return SpecProblem.About(path, Invariant($"an argument of {bytes:#,0} bytes"), AtMost(MaxBytes), index);
            else if (argument != ProgramArguments.All && Unknown(argument, space) is { } problem)
                yield return SpecProblem.Of(path, argument, problem, index);
        }
    }

    private static string? Unknown(string argument, SearchSpace space)
    {
        foreach (var name in ProgramArguments.Names(argument))
        {
            if ($"{{{name}}}" == ProgramArguments.All)
                return $"expected {ProgramArguments.All} as an argument of its own";
            if (space.Catalog.Find(name) is null)
            {
                return $"expected one of the parameters in the braces ({string.Join(", ", space.Catalog.All.Select(own => own.Name))}); "
                    + $"write {{{{{name}}}}} for the braces themselves";
            }
        }

        return null;
    }

    private static IEnumerable<SpecProblem> Environment(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            var path = $"program.environment.{name}";
            if (!VariableName().IsMatch(name))
                yield return SpecProblem.About(path, "a name with other characters", "expected letters, digits and underscores");
            else if (name.StartsWith("SWEEP_", StringComparison.Ordinal))
                yield return SpecProblem.About(path, "a name that begins with SWEEP_", "leave it out, those names are Sweep's own");
            else if (value is null || value.Contains('\0'))
                yield return SpecProblem.About(path, "a value that no variable can have", "expected a text without NUL");
            else if (Bytes($"{name}={value}") is var bytes and > MaxBytes)
                yield return SpecProblem.About(path, Invariant($"a variable of {bytes:#,0} bytes"), $"{AtMost(MaxBytes)}, with its name");
        }
    }

    private static IEnumerable<SpecProblem> Together(ProgramSpec program)
    {
        var bytes = (program.Command ?? []).Sum(argument => (long)Bytes(argument))
            + (program.Environment ?? new Dictionary<string, string>()).Sum(variable => (long)Bytes($"{variable.Key}={variable.Value}"));
        if (bytes > MaxBytesTogether)
            yield return SpecProblem.About("program", Invariant($"{bytes:#,0} bytes of arguments and variables"), AtMost(MaxBytesTogether));
    }

    private static string AtMost(int bytes) => Invariant($"expected at most {bytes:#,0}; put what is longer into a file of its folder");

    private static int Bytes(string? text) => Encoding.UTF8.GetByteCount(text ?? "");

    private static IEnumerable<SpecProblem> Capture(IReadOnlyList<string>? patterns)
    {
        const string path = "program.capture";
        if (patterns is { Count: 0 or > CapturedLines.MaxPatterns })
            yield return SpecProblem.About(path, $"{patterns.Count} patterns", $"expected 1 to {CapturedLines.MaxPatterns}");
        foreach (var (index, pattern) in (patterns ?? []).Index())
        {
            if (CapturedLines.Problem(pattern ?? "") is { } problem)
                yield return SpecProblem.Of(path, pattern, problem, index);
        }
    }

    private static IEnumerable<SpecProblem> Epochs(SweepSpec spec)
    {
        var hasParameter = spec.Parameters.Dimensions.Any(dimension => dimension?.Name == OwnParameters.EpochsName);
        if (spec.Parameters.Own?.Epochs is { } epochs)
        {
            foreach (var problem in SpecBounds.ProgramEpochs.Problems(epochs))
                yield return problem;
            if (hasParameter)
                yield return SpecProblem.Of("program.epochs", epochs, "leave it out, since parameters.epochs says it for each trial");
        }
        else if (!hasParameter && spec.Stop is not null)
            yield return SpecProblem.About("stop", "a rule without program.epochs", "expected the most epochs of a trial there");
    }

    private static IEnumerable<SpecProblem> Parameters(SearchSpace space)
    {
        if (space.Own is null)
            yield return SpecProblem.About("parameters", "those of the built-in model", "expected the program's own");
        foreach (var name in space.Dimensions.Select(dimension => dimension?.Name).OfType<string>())
        {
            if (!ParameterName().IsMatch(name) || $"{{{name}}}" == ProgramArguments.All)
            {
                yield return SpecProblem.About(
                    $"parameters.{name}", "a name that none may have",
                    "expected at most 100 letters, digits, dashes and underscores, the first one a letter or an underscore, "
                        + "and not the word parameters");
            }
            else if (name is OwnParameters.EpochsName or OwnParameters.SeedName
                && space.Own?.Types.GetValueOrDefault(name) is not ParameterType.Int)
            {
                yield return SpecProblem.About(
                    $"parameters.{name}", "a parameter that is no int", $"expected whole numbers, since Sweep reads {name} too");
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,99}\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex ParameterName();
}
