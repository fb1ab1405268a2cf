using System.Text.Json.Serialization;

namespace Sweep.Domain.Search;

/// <summary>
/// The dimensions of a sweep in the order of its file, constants among them. A parameter that the file does not name has its default.
/// </summary>
/// <param name="Require">The texts of the constraints that each point satisfies, each a <see cref="Constraint"/>; null for none.</param>
/// <param name="Own">What the file itself says of its parameters, which are those of a program; null for the built-in model's.</param>
public sealed record SearchSpace(
    IReadOnlyList<Dimension> Dimensions,
    IReadOnlyList<string>? Require = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OwnParameters? Own = null)
{
    /// <summary>The parameters that there are.</summary>
    [JsonIgnore]
    public ParameterCatalog Catalog { get; init; } = Own?.Catalog(Dimensions) ?? BuiltInParameters.Catalog;

    /// <summary>The parameters that have more than one value among the trials, in the order of the file.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Varying
    {
        get
        {
            var reachable = new ReachableValues(this);
            return [.. Dimensions.Select(dimension => dimension.Name).Where(reachable.Varies)];
        }
    }

    /// <summary><see cref="Varying"/> without the seed, which makes replicates of a point and no other point.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> VaryingWithoutSeed => [.. Varying.Where(name => Catalog.Find(name)?.IsSeed != true)];
}

/// <param name="Name">The name of a parameter in the catalog.</param>
/// <param name="When">
/// The values that other parameters must have for this one to matter; they stand before it. In trials where they have other values, this
/// one has its default.
/// </param>
public sealed record Dimension(string Name, DimensionDomain Domain, IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>>? When = null)
{
    /// <summary>Whether its numbers are whole ones.</summary>
    public bool IsWhole(ParameterCatalog catalog) => catalog.Find(Name)?.Kind == ParameterKind.Whole;

    /// <summary>Whether its condition holds for these values; a parameter that is not among them counts with its default.</summary>
    public bool Applies(IReadOnlyDictionary<string, ParameterValue> values, ParameterCatalog catalog) =>
        When is null
        || When.All(condition => condition.Value.Contains(values.GetValueOrDefault(condition.Key) ?? catalog.Default(condition.Key)));

    /// <summary>Its values one by one, or null for a range that is drawn from everywhere.</summary>
    public IReadOnlyList<ParameterValue>? Points(ParameterCatalog catalog) => Domain switch
    {
        DimensionDomain.Choice choice => choice.Values,
        DimensionDomain.Range { Count: null, Step: null } => null,
        DimensionDomain.Range range => RangePoints.Of(range, IsWhole(catalog)),
        _ => throw new InvalidOperationException($"A kind of domain without points: {Domain.GetType().Name}."),
    };
}

/// <summary>The values that one parameter may take.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Choice), "choice")]
[JsonDerivedType(typeof(Range), "range")]
public abstract record DimensionDomain
{
    private DimensionDomain() { }

    /// <summary>A list of values, all different; a constant is a list of one.</summary>
    public sealed record Choice(IReadOnlyList<ParameterValue> Values) : DimensionDomain;

    /// <summary>
    /// Numbers from <paramref name="Min"/> to <paramref name="Max"/>, both included; whole ones for a parameter that is whole.
    /// With a count or a step only those points, in a grid and in a random search alike; with neither all of them, which no grid can do.
    /// </summary>
    /// <param name="Count">Points evenly spaced on the scale; at least 2.</param>
    /// <param name="Step">Distance between the points on the linear scale; above 0.</param>
    public sealed record Range(double Min, double Max, Scale Scale, int? Count, double? Step) : DimensionDomain;
}

public enum Scale { Linear, Log }

/// <param name="Trials">How many points to try; null for a grid, which has as many as it has points.</param>
public sealed record MethodSpec(MethodKind Kind, int? Trials = null);
