using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sweep.Domain.Search;

/// <summary>
/// The lower triangle L with A = L · Lᵀ, for matrices of some hundred rows, where the managed decomposition of MathNet takes several times
/// as long. Sums have the same order on every processor. Source: Golub and Van Loan, Matrix computations, 4th edition 2013, section 4.2.
/// </summary>
internal sealed class CholeskyTriangle
{
    /// <summary>A pivot below it is a matter of rounding; matrices here are positive definite.</summary>
    private const double Least = 1e-12;

    private readonly double[][] _rows;

    /// <param name="lower">The lower triangle of A: the row i has i + 1 numbers. They are replaced by L.</param>
    public CholeskyTriangle(double[][] lower)
    {
        _rows = lower;
        for (var row = 0; row < lower.Length; row++)
        {
            var own = lower[row];
            for (var column = 0; column < row; column++)
                own[column] = (own[column] - Dot(own.AsSpan(0, column), lower[column].AsSpan(0, column))) / lower[column][column];
            own[row] = Math.Sqrt(Math.Max(Least, own[row] - Dot(own.AsSpan(0, row), own.AsSpan(0, row))));
        }
    }

    /// <summary>The logarithm of the determinant of A.</summary>
    public double LogDeterminant => 2 * _rows.Sum(row => Math.Log(row[^1]));

    /// <summary>Replaces b by x with L · x = b.</summary>
    public void SolveLower(double[] values)
    {
        for (var row = 0; row < values.Length; row++)
            values[row] = (values[row] - Dot(_rows[row].AsSpan(0, row), values.AsSpan(0, row))) / _rows[row][row];
    }

    /// <summary>The x with A · x = b.</summary>
    public double[] Solve(IReadOnlyList<double> values)
    {
        double[] solved = [.. values];
        SolveLower(solved);
        for (var row = solved.Length - 1; row >= 0; row--)
        {
            solved[row] /= _rows[row][row];
            for (var column = 0; column < row; column++)
                solved[column] -= _rows[row][column] * solved[row];
        }

        return solved;
    }

    /// <summary>The lower triangle of the inverse of A.</summary>
    public double[][] Inverse()
    {
        var size = _rows.Length;
        // The columns of the inverse of L.
        var columns = new double[size][];
        for (var column = 0; column < size; column++)
        {
            var own = columns[column] = new double[size];
            own[column] = 1 / _rows[column][column];
            for (var row = column + 1; row < size; row++)
                own[row] = -Dot(_rows[row].AsSpan(column, row - column), own.AsSpan(column, row - column)) / _rows[row][row];
        }

        return
        [
            .. columns.Select((own, row) => Enumerable.Range(0, row + 1)
                .Select(column => Dot(own.AsSpan(row), columns[column].AsSpan(row)))
                .ToArray()),
        ];
    }

    /// <summary>The sum of products, four at a time.</summary>
    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        var ones = MemoryMarshal.Cast<double, Vector256<double>>(one);
        var others = MemoryMarshal.Cast<double, Vector256<double>>(other);
        var (even, odd) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var four = 0;
        for (; four + 1 < ones.Length; four += 2)
        {
            even += ones[four] * others[four];
            odd += ones[four + 1] * others[four + 1];
        }

        if (four < ones.Length)
            even += ones[four] * others[four];
        even += odd;
        var sum = even[0] + even[1] + (even[2] + even[3]);
        for (var rest = ones.Length * Vector256<double>.Count; rest < one.Length; rest++)
            sum += one[rest] * other[rest];
        return sum;
    }
}
