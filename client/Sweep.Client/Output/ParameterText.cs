using Sweep.Domain.Search;

namespace Sweep.Client.Output;

/// <summary>A trial's parameters as the sweep file writes them.</summary>
internal static class ParameterText
{
    /// <summary>The values of some parameters in their order: <c>lstm 10</c>.</summary>
    public static string Join(ParameterMap parameters, IEnumerable<string> names) =>
        string.Join(' ', names.Select(name => parameters.ValueOf(name)));
}
