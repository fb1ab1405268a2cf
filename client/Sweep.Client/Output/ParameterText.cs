using Sweep.Domain.Search;

namespace Sweep.Client.Output;

/// <summary>A trial's parameters in a line for people, with the digits that they have in tables.</summary>
internal static class ParameterText
{
    /// <summary>The values of some parameters in their order: <c>lstm 10</c>.</summary>
    /// <param name="space">That of the sweep.</param>
    public static string Join(SearchSpace space, ParameterMap parameters, IEnumerable<string> names) =>
        string.Join(' ', names.Select(name => space.Catalog.Find(name)!.Print(parameters.ValueOf(name))));
}
