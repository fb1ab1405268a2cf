using System.Collections.Immutable;

namespace Sweep.Domain.Search;

/// <summary>The type of a program's parameter, by the word of the sweep file.</summary>
public enum ParameterType { Int, Float, Text, Bool }

/// <summary>What a sweep file says of the parameters of its program, besides their values.</summary>
/// <param name="Types">The type of each parameter.</param>
/// <param name="Epochs">The most epochs that a trial reports, where no parameter <c>epochs</c> says it; null for no limit.</param>
public sealed record OwnParameters(IReadOnlyDictionary<string, ParameterType> Types, int? Epochs = null)
{
    /// <summary>
    /// Two names that every sweep gives the same meaning: the most epochs of a trial, and its seed. Their definitions are those of the
    /// built-in model.
    /// </summary>
    public const string EpochsName = "epochs", SeedName = "seed";

    /// <summary>Whole numbers up to here are exact as real numbers too, which ranges are made of.</summary>
    private const double MostWhole = 1e15;

    /// <summary>
    /// The parameters of the file in its order, then <c>epochs</c> where it has a limit, and <c>seed</c>. A parameter whose condition does
    /// not hold has the first of its values, or the lower end of its range.
    /// </summary>
    /// <param name="dimensions">Those without a type are left out, so that the rules find them unknown.</param>
    public ParameterCatalog Catalog(IReadOnlyList<Dimension> dimensions)
    {
        var own = dimensions
            .Where(dimension => dimension is not null && Types.ContainsKey(dimension.Name))
            .DistinctBy(dimension => dimension.Name)
            .Select(dimension => Definition(dimension.Name, Types[dimension.Name], dimension.Domain))
            .ToList();
        if (Epochs is { } epochs && own.All(definition => definition.Name != EpochsName))
            own.Add(BuiltIn(EpochsName) with { Default = new ParameterValue.Whole(epochs) });
        if (own.All(definition => definition.Name != SeedName))
            own.Add(BuiltIn(SeedName));
        return new([.. own]);
    }

    /// <summary>The definition of one parameter.</summary>
    /// <param name="domain">Its values; null while they are not known.</param>
    public static ParameterDefinition Definition(string name, ParameterType type, DimensionDomain? domain = null)
    {
        var values = (domain as DimensionDomain.Choice)?.Values ?? [];
        ParameterValue first = values.FirstOrDefault() ?? (domain is DimensionDomain.Range range
            ? type == ParameterType.Int ? new ParameterValue.Whole((long)range.Min) : ParameterValue.Of(range.Min)
            : new ParameterValue.Word(""));
        if (name is EpochsName or SeedName && type == ParameterType.Int)
            return BuiltIn(name) with { Default = first };
        return type switch
        {
            ParameterType.Int => new(name, ParameterKind.Whole, first, "", Min: -MostWhole, Max: MostWhole),
            ParameterType.Float => new(name, ParameterKind.Real, first, ""),
            ParameterType.Bool => new(name, ParameterKind.Truth, first, ""),
            ParameterType.Text => new(name, ParameterKind.Word, first, "", Texts(values)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No parameter has this type."),
        };
    }

    private static ImmutableArray<string> Texts(IReadOnlyList<ParameterValue> values) =>
        values.Count == 0 ? default : [.. values.OfType<ParameterValue.Word>().Select(word => word.Text)];

    private static ParameterDefinition BuiltIn(string name) => BuiltInParameters.Catalog.Find(name)!;
}
