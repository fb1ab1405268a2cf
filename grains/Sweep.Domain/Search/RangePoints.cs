using System.Globalization;

namespace Sweep.Domain.Search;

/// <summary>Turns a range into numbers on its scale, rounded to whole ones where the parameter is whole.</summary>
public static class RangePoints
{
    /// <summary>
    /// How many points a range with a count or a step has, before equal ones are merged; infinite when the step is small enough for that.
    /// </summary>
    /// <exception cref="ArgumentException">The range has neither a count nor a step.</exception>
    public static double Count(DimensionDomain.Range range) => range switch
    {
        { Count: { } count } => count,
        // The small allowance keeps the end of 0.1 … 0.3 by 0.1.
        { Step: { } step } => Math.Floor(((range.Max - range.Min) / step) + 1e-9) + 1,
        _ => throw new ArgumentException("Only a range with a count or a step has points.", nameof(range)),
    };

    /// <summary>
    /// The points of a range with a count or a step. A count includes both ends; a step includes the first end and the last point at or
    /// below the other. Points that rounding makes equal are there once.
    /// </summary>
    /// <exception cref="ArgumentException">The range has neither a count nor a step.</exception>
    public static IReadOnlyList<ParameterValue> Of(DimensionDomain.Range range, bool whole)
    {
        var count = checked((int)Count(range));
        return [.. Enumerable.Range(0, count).Select(Number).Select(number => Value(number, range, whole)).Distinct()];

        double Number(int index) => range.Step is { } step
            ? range.Min + (index * step)
            : Place(range.Min, range.Max, range.Scale, index / (double)(count - 1));
    }

    /// <summary>The value at a place in [0, 1) of the range, so that uniform places give values uniform on the scale.</summary>
    public static ParameterValue At(DimensionDomain.Range range, bool whole, double place)
    {
        // Half a step beyond each end gives the ends of a whole range the same share as their neighbours.
        var margin = whole ? 0.5 : 0;
        return Value(Place(range.Min - margin, range.Max + margin, range.Scale, place), range, whole);
    }

    /// <summary>The place in [0, 1] of a number within the range: what <see cref="At"/> turns back into the number.</summary>
    public static double PlaceOf(DimensionDomain.Range range, bool whole, double number)
    {
        var margin = whole ? 0.5 : 0;
        var (min, max) = (range.Min - margin, range.Max + margin);
        var place = range.Scale == Scale.Log ? Math.Log(number / min) / Math.Log(max / min) : (number - min) / (max - min);
        return Math.Clamp(place, 0, 1);
    }

    private static double Place(double min, double max, Scale scale, double place) =>
        scale == Scale.Log ? min * Math.Pow(max / min, place) : min + (place * (max - min));

    /// <summary>Real numbers keep 12 significant digits: enough to tell draws apart, few enough that 0.1 + 0.2 reads 0.3.</summary>
    private static ParameterValue Value(double number, DimensionDomain.Range range, bool whole)
    {
        var rounded = whole
            ? Math.Round(number, MidpointRounding.AwayFromZero)
            : double.Parse(number.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        // Rounding must not leave the range.
        var inside = Math.Clamp(rounded, range.Min, range.Max);
        return whole ? new ParameterValue.Whole((long)inside) : ParameterValue.Of(inside);
    }
}
