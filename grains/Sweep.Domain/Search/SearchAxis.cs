using System.Collections.Frozen;

namespace Sweep.Domain.Search;

/// <summary>One dimension of a space as samplers see it: each of its values has a share of the line from 0 to 1.</summary>
internal sealed class SearchAxis
{
    private readonly FrozenDictionary<ParameterValue, int>? _indexes;
    private readonly IReadOnlyList<ParameterValue>? _points;
    private readonly bool _isWhole;

    public SearchAxis(Dimension dimension, ParameterCatalog catalog)
    {
        Dimension = dimension;
        _isWhole = dimension.IsWhole(catalog);
        _points = dimension.Points(catalog);
        _indexes = _points?.Index().ToFrozenDictionary(point => point.Item, point => point.Index);
        IsOrdered = dimension.Domain is DimensionDomain.Range || Rises(_points!) || Rises([.. _points!.Reverse()]);
    }

    public Dimension Dimension { get; }

    /// <summary>
    /// Whether values that are near each other are alike: those of a range, and a list of numbers that rises or falls. The others are
    /// kinds, of which each is as far from one as from another.
    /// </summary>
    public bool IsOrdered { get; }

    /// <summary>How many values there are one by one; 0 for a range that is drawn from everywhere.</summary>
    public int Points => _points?.Count ?? 0;

    public bool IsConstant => Points == 1;

    /// <summary>Whether two draws are never equal.</summary>
    public bool IsContinuous => _points is null && !_isWhole;

    /// <summary>The value that has this place of the line in its share.</summary>
    /// <param name="place">In [0, 1).</param>
    public ParameterValue At(double place) => _points is null
        ? RangePoints.At((DimensionDomain.Range)Dimension.Domain, _isWhole, place)
        : _points[(int)(place * _points.Count)];

    /// <summary>The middle of a value's share; not-a-number for a value that the dimension does not have.</summary>
    public double PlaceOf(ParameterValue value) =>
        _indexes is not null ? _indexes.TryGetValue(value, out var index) ? (index + 0.5) / _indexes.Count : double.NaN
        : Number(value) is { } number ? RangePoints.PlaceOf((DimensionDomain.Range)Dimension.Domain, _isWhole, number)
        : double.NaN;

    /// <summary>The middle of the share that a place is in.</summary>
    public double Centre(double place) => IsContinuous ? place : PlaceOf(At(place));

    /// <summary>The ends of the share that a place is in.</summary>
    public (double Low, double High) Share(double place)
    {
        if (_points is not null)
            return (Math.Floor(place * Points) / Points, (Math.Floor(place * Points) + 1) / Points);
        if (!_isWhole)
            return (place, place);
        var (range, number) = ((DimensionDomain.Range)Dimension.Domain, Number(At(place))!.Value);
        return (RangePoints.PlaceOf(range, true, number - 0.5), RangePoints.PlaceOf(range, true, number + 0.5));
    }

    private static bool Rises(IReadOnlyList<ParameterValue> points) =>
        points.All(point => Number(point) is not null) && points.Zip(points.Skip(1)).All(pair => Number(pair.First) < Number(pair.Second));

    private static double? Number(ParameterValue value) => value switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        _ => null,
    };
}
