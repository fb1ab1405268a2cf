using System.Globalization;
using Sweep.Domain.Search;

namespace Sweep.Domain.Reports;

/// <summary>The groups of points that share a value of one parameter, or of several that always change together.</summary>
/// <param name="Names">The parameter that the factor is called after comes first; then those that change with it.</param>
/// <param name="Labels">
/// Of each group the value as a sweep file writes it: numbers in ascending order, other values in the order of the points. Of a parameter
/// with many numbers a group is a quarter of the points instead, as <c>lowest … highest</c>.
/// </param>
/// <param name="Groups">Of each point the index of its group.</param>
internal sealed record Factor(IReadOnlyList<string> Names, IReadOnlyList<string> Labels, IReadOnlyList<int> Groups)
{
    private const int MostValues = 8;
    private const int Quarters = 4;

    public string Name => Names[0];

    public static Factor Of(string parameter, IReadOnlyList<ParameterMap> points)
    {
        var values = points.Select(point => point.ValueOf(parameter)).ToList();
        var sorted = values.Distinct().OrderBy(Number).ToList();
        var count = values.CountBy(value => value).ToDictionary();
        // Values that are drawn from a range hardly ever repeat, so quarters of the points are compared instead, which do not divide equal
        // values.
        var quarters = sorted.Count > MostValues && sorted.All(value => double.IsFinite(Number(value)));
        var before = 0;
        var groupOf = new Dictionary<ParameterValue, int>();
        foreach (var (index, value) in sorted.Index())
        {
            groupOf[value] = quarters ? (int)((long)before * Quarters / points.Count) : index;
            before += count[value];
        }

        var used = groupOf.Values.Distinct().Order().ToList();
        return new(
            [parameter],
            [.. used.Select(group => Label(sorted.Where(value => groupOf[value] == group).ToList()))],
            [.. values.Select(value => used.IndexOf(groupOf[value]))]);

        string Label(List<ParameterValue> values) => !quarters
            ? values[0].ToString()!
            : string.Create(CultureInfo.InvariantCulture, $"{Number(values[0]):G3} … {Number(values[^1]):G3}");
    }

    /// <summary>The same groups for some of the points, with those left out that have none of them.</summary>
    public Factor Only(IReadOnlyList<int> points)
    {
        var used = points.Select(point => Groups[point]).Distinct().Order().ToList();
        return new(Names, [.. used.Select(group => Labels[group])], [.. points.Select(point => used.IndexOf(Groups[point]))]);
    }

    /// <summary>Whether all points of a group of this factor are in one group of the other.</summary>
    public bool Determines(Factor other) =>
        Groups.Zip(other.Groups).Distinct().GroupBy(pair => pair.First).All(pairs => pairs.Count() == 1);

    /// <summary>The key by which values are ordered. Values that are no numbers come last, in the order of the points.</summary>
    private static double Number(ParameterValue value) => value switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        _ => double.PositiveInfinity,
    };
}
