using System.Text.RegularExpressions;
using Sweep.Domain.Search;

namespace Sweep.Domain.Programs;

/// <summary>
/// The arguments of a program for one trial. <c>{name}</c> in an argument is the value of a parameter. The argument <c>{parameters}</c>
/// stands for all that the sweep file names, each as <c>--name</c> and its value. <c>{{name}}</c> is <c>{name}</c> itself.
/// </summary>
public static partial class ProgramArguments
{
    /// <summary>The argument that stands for all parameters.</summary>
    public const string All = "{parameters}";

    /// <param name="names">The parameters that the sweep file names, in its order.</param>
    public static IReadOnlyList<string> Of(ProgramSpec program, IEnumerable<string> names, ParameterMap trial) =>
    [
        .. program.Command.SelectMany(argument => argument == All
            ? names.SelectMany(name => new[] { $"--{name}", trial.ValueOf(name).ToString()! })
            : [Place().Replace(argument, match => match.Groups["name"] is { Success: true } name
                ? trial.ValueOf(name.Value).ToString()!
                : match.Value[1..^1])]),
    ];

    /// <summary>The names in an argument that stand for a value.</summary>
    public static IEnumerable<string> Names(string argument) =>
        Place().Matches(argument).Select(match => match.Groups["name"]).Where(name => name.Success).Select(name => name.Value);

    [GeneratedRegex(@"\{\{[A-Za-z_][A-Za-z0-9_-]*\}\}|\{(?<name>[A-Za-z_][A-Za-z0-9_-]*)\}")]
    private static partial Regex Place();
}
