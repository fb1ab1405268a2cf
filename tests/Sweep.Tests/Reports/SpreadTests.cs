using Sweep.Domain.Reports;

namespace Sweep.Tests.Reports;

public sealed class SpreadTests
{
    /// <summary>The published quantiles are those of the NIST/SEMATECH handbook, table 1.3.6.7.2, column 0.975.</summary>
    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(2, 4.303)]
    [InlineData(3, 3.182)]
    [InlineData(4, 2.776)]
    [InlineData(5, 2.571)]
    [InlineData(8, 2.306)]
    [InlineData(9, 2.262)]
    [InlineData(29, 2.045)]
    [InlineData(100, 1.984)]
    [InlineData(1999, 1.961)]
    public void The_quantile_is_that_of_the_published_table(int freedom, double expected)
    {
        // Of n numbers with deviation √n the interval reaches from the mean as far as the quantile.
        Assert.Equal(expected, new Spread(0, Math.Sqrt(freedom + 1), freedom + 1).High!.Value, 0.0006);
    }

    [Fact]
    public void The_interval_of_three_numbers_is_that_of_the_formula_and_a_single_number_has_none()
    {
        var spread = Spread.Of([1.0, 2.0, 3.0])!;
        Assert.Equal(2 - (4.302653 / Math.Sqrt(3)), spread.Low!.Value, 1e-5);
        Assert.Equal(2 + (4.302653 / Math.Sqrt(3)), spread.High!.Value, 1e-5);
        Assert.Null(Spread.Of([1.0])!.Low);
    }

    [Fact]
    public void Nineteen_of_twenty_intervals_hold_the_true_mean()
    {
        var random = new Random(7);
        var held = Enumerable.Range(0, 4000).Count(_ =>
        {
            var numbers = Enumerable.Range(0, 5).Select(_ => 3 + Normal()).ToList();
            var spread = Spread.Of(numbers)!;
            return spread.Low <= 3 && 3 <= spread.High;
        });
        Assert.InRange(held / 4000.0, 0.94, 0.96);

        // Source: Box and Muller, A note on the generation of random normal deviates, 1958.
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
