using MathNet.Numerics.LinearAlgebra;

namespace Sweep.Domain.Reports;

/// <summary>
/// A linear model of some observations: a mean, and effects of terms, of which each is a factor or a pair of factors. It splits the sum of
/// squares of any numbers that are observed there.
/// </summary>
internal abstract class FactorDesign(int observations, IReadOnlyList<IReadOnlyList<int>> terms, IReadOnlyList<int> freedom)
{
    public int Observations => observations;

    /// <summary>Of each term the indices of its factors.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Terms => terms;

    /// <summary>Degrees of freedom of each term; 0 for one that the others determine.</summary>
    public IReadOnlyList<int> Freedom => freedom;

    /// <summary>Degrees of freedom that the terms leave.</summary>
    public int RestFreedom => observations - 1 - freedom.Sum();

    /// <summary>
    /// The sum of squares that a term adds to all others that do not contain it, for each term, and the rest that no term explains.
    /// </summary>
    public abstract (double[] Squares, double Left) Split(double[] values);

    /// <summary>What the model leaves of the values, without one of its terms or, for null, with all of them.</summary>
    public abstract double[] Residuals(double[] values, int? without);
}

/// <summary>
/// A design in which every combination of groups is observed equally often. Its terms are orthogonal, so their effects are differences of
/// means: those of a factor, and those of pairs of factors without the effects of both.
/// </summary>
internal sealed class BalancedDesign : FactorDesign
{
    /// <summary>Of each term the cell of every observation, and how many observations each cell has.</summary>
    private readonly (int[] Cells, int Each, int Count)[] _cells;

    private BalancedDesign(IReadOnlyList<Factor> factors, IReadOnlyList<IReadOnlyList<int>> terms)
        : base(
            factors[0].Groups.Count,
            terms,
            [.. terms.Select(term => term.Aggregate(1, (product, factor) => product * (factors[factor].Labels.Count - 1)))])
        => _cells = [.. terms.Select(term => Cells([.. term.Select(factor => factors[factor])]))];

    /// <param name="withPairs">Whether pairs of factors are terms too, where they leave a rest.</param>
    /// <returns>Null where a combination is missing, or observed more often than another.</returns>
    public static BalancedDesign? Of(IReadOnlyList<Factor> factors, bool withPairs)
    {
        if (!IsBalanced(factors))
            return null;
        IReadOnlyList<int>[] single = [.. Enumerable.Range(0, factors.Count).Select(factor => (IReadOnlyList<int>)[factor])];
        var pairs =
            from first in Enumerable.Range(0, factors.Count)
            from second in Enumerable.Range(first + 1, factors.Count - first - 1)
            select (IReadOnlyList<int>)[first, second];
        return withPairs && new BalancedDesign(factors, [.. single, .. pairs]) is { RestFreedom: > 0 } whole ? whole : new(factors, single);
    }

    public override (double[] Squares, double Left) Split(double[] values)
    {
        var mean = values.Average();
        var left = 0.0;
        foreach (var value in values)
            left += (value - mean) * (value - mean);
        var squares = new double[_cells.Length];
        foreach (var (term, effect) in Effects(values).Index())
        {
            foreach (var number in effect)
                squares[term] += number * number;
            left -= squares[term];
        }

        return (squares, Math.Max(0, left));
    }

    public override double[] Residuals(double[] values, int? without)
    {
        var mean = values.Average();
        var rest = values.Select(value => value - mean).ToArray();
        foreach (var (index, effect) in Effects(values).Index())
        {
            for (var i = 0; index != without && i < rest.Length; i++)
                rest[i] -= effect[i];
        }

        return rest;
    }

    /// <summary>Of each term its effect on each observation.</summary>
    private double[][] Effects(double[] values)
    {
        var mean = values.Average();
        var effects = new double[_cells.Length][];
        foreach (var (term, (cells, each, count)) in _cells.Index())
        {
            var sums = new double[count];
            for (var i = 0; i < values.Length; i++)
                sums[cells[i]] += values[i];
            var effect = effects[term] = new double[values.Length];
            for (var i = 0; i < values.Length; i++)
                effect[i] = (sums[cells[i]] / each) - mean;
            // A pair's effect is what the pair has beyond the effects of both factors, whose terms stand first.
            foreach (var factor in Terms[term].Count == 1 ? [] : Terms[term])
            {
                for (var i = 0; i < values.Length; i++)
                    effect[i] -= effects[factor][i];
            }
        }

        return effects;
    }

    private static (int[] Cells, int Each, int Count) Cells(IReadOnlyList<Factor> factors)
    {
        var cells = new int[factors[0].Groups.Count];
        foreach (var factor in factors)
        {
            for (var i = 0; i < cells.Length; i++)
                cells[i] = (cells[i] * factor.Labels.Count) + factor.Groups[i];
        }

        var count = factors.Aggregate(1, (product, factor) => product * factor.Labels.Count);
        return (cells, cells.Length / count, count);
    }

    private static bool IsBalanced(IReadOnlyList<Factor> factors)
    {
        var combinations = factors.Aggregate(1.0, (product, factor) => product * factor.Labels.Count);
        var sizes = Enumerable.Range(0, factors[0].Groups.Count)
            .CountBy(point => string.Join(',', factors.Select(factor => factor.Groups[point])))
            .Select(cell => cell.Value)
            .ToList();
        return sizes.Count == combinations && sizes.Distinct().Count() == 1;
    }
}

/// <summary>
/// A design of single factors, however they are distributed: least squares over indicators of their groups. The squares of a factor are
/// those that it adds to all other factors, so that none is credited with what another one explains as well.
/// </summary>
internal sealed class AdditiveDesign : FactorDesign
{
    private readonly IReadOnlyList<Factor> _factors;
    private readonly int[] _starts;
    private readonly int _columns;

    /// <summary>Pseudo-inverses of the normal equations: of the whole model, and without each factor.</summary>
    private readonly Matrix<double> _whole;
    private readonly Matrix<double>[] _without;

    private AdditiveDesign(
        IReadOnlyList<Factor> factors, int[] starts, int columns, (Matrix<double> Inverse, int Rank) whole,
        (Matrix<double> Inverse, int Rank)[] without)
        : base(
            factors[0].Groups.Count,
            [.. factors.Select((_, index) => (IReadOnlyList<int>)[index])],
            [.. without.Select(part => whole.Rank - part.Rank)])
    {
        (_factors, _starts, _columns) = (factors, starts, columns);
        (_whole, _without) = (whole.Inverse, [.. without.Select(part => part.Inverse)]);
    }

    public static AdditiveDesign Of(IReadOnlyList<Factor> factors)
    {
        // The first column is the mean. The first group of each factor needs no column beside it.
        var starts = new int[factors.Count];
        var columns = 1;
        foreach (var (index, factor) in factors.Index())
        {
            starts[index] = columns;
            columns += factor.Labels.Count - 1;
        }

        var products = Matrix<double>.Build.Dense(columns, columns);
        for (var i = 0; i < factors[0].Groups.Count; i++)
        {
            var set = Columns(factors, starts, i);
            foreach (var row in set)
            {
                foreach (var column in set)
                    products[row, column]++;
            }
        }

        var without = factors.Select((factor, index) => Invert(products, starts[index], factor.Labels.Count - 1)).ToArray();
        return new(factors, starts, columns, Invert(products, 0, 0), without);
    }

    public override (double[] Squares, double Left) Split(double[] values)
    {
        var mean = values.Average();
        var sums = Sums(values, mean);
        var explained = sums * (_whole * sums);
        var total = values.Sum(value => (value - mean) * (value - mean));
        return (
            [.. _without.Select(part => Math.Max(0, explained - (sums * (part * sums))))],
            Math.Max(0, total - explained));
    }

    public override double[] Residuals(double[] values, int? without)
    {
        var mean = values.Average();
        var weights = (without is { } term ? _without[term] : _whole) * Sums(values, mean);
        return [.. values.Select((value, index) => value - mean - Columns(_factors, _starts, index).Sum(column => weights[column]))];
    }

    private Vector<double> Sums(double[] values, double mean)
    {
        var sums = Vector<double>.Build.Dense(_columns);
        for (var i = 0; i < values.Length; i++)
        {
            foreach (var column in Columns(_factors, _starts, i))
                sums[column] += values[i] - mean;
        }

        return sums;
    }

    private static List<int> Columns(IReadOnlyList<Factor> factors, int[] starts, int observation)
    {
        var set = new List<int>(factors.Count + 1) { 0 };
        for (var factor = 0; factor < factors.Count; factor++)
        {
            if (factors[factor].Groups[observation] is > 0 and var group)
                set.Add(starts[factor] + group - 1);
        }

        return set;
    }

    /// <summary>The pseudo-inverse of the normal equations without some columns, which are zero in it, and its rank.</summary>
    private static (Matrix<double> Inverse, int Rank) Invert(Matrix<double> products, int first, int count)
    {
        var kept = products.Clone();
        for (var column = first; column < first + count; column++)
        {
            kept.ClearRow(column);
            kept.ClearColumn(column);
        }

        var parts = kept.Evd(Symmetricity.Symmetric);
        var values = parts.EigenValues.Real();
        var smallest = values.Maximum() * 1e-10;
        var inverse = values.Map(value => value > smallest ? 1 / value : 0);
        return (
            parts.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(inverse) * parts.EigenVectors.Transpose(),
            values.Count(value => value > smallest));
    }
}
