using System.Numerics;
using Sweep.Domain.Search;
using Sweep.Trainer.Results;

namespace Sweep.Tests.Trainer;

public sealed class MedianTimeTests
{
    [Fact]
    public void The_ends_of_the_interval_are_those_that_whole_numbers_give()
    {
        foreach (var count in Enumerable.Range(1, 120).Append(1_000).Append(3_000))
        {
            // Of 2^count equally likely throws of coins, at most 2.5 % have fewer heads than the rank.
            BigInteger throws = 1, sum = 0;
            var rank = 0;
            while ((sum + throws) * 40 <= BigInteger.One << count)
            {
                sum += throws;
                throws = throws * (count - rank) / (rank + 1);
                rank++;
            }

            Assert.Equal(rank, MedianTime.LowerRank(count));
        }
    }

    /// <summary>The ranks are those of published tables, such as Conover's.</summary>
    [Theory]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    [InlineData(10, 2)]
    [InlineData(20, 6)]
    [InlineData(100, 40)]
    public void The_ends_of_the_interval_are_the_published_ones(int count, int rank)
    {
        var interval = MedianTime.Of([.. Enumerable.Range(1, count).Reverse().Select(tick => TimeSpan.FromTicks(100 * tick))]);

        Assert.Equal((count, TimeSpan.FromTicks(50 * (count + 1))), (interval.Count, interval.Median));
        Assert.Equal(rank == 0 ? null : TimeSpan.FromTicks(100 * rank), interval.Low);
        Assert.Equal(rank == 0 ? null : TimeSpan.FromTicks(100 * (count + 1 - rank)), interval.High);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(25)]
    [InlineData(400)]
    public void The_interval_holds_the_true_median_in_95_of_100_cases(int count)
    {
        const int Cases = 2_000;
        // The true median of an exponential distribution with the mean 1 ms.
        var median = TimeSpan.FromMilliseconds(Math.Log(2));
        var held = Enumerable.Range(0, Cases).Count(
            one => MedianTime.Of([.. Enumerable.Range(0, count).Select(place => Exponential(one, place))]) is var interval
                && interval.Low <= median && median <= interval.High);

        Assert.InRange(held / (double)Cases, 0.94, 1);
    }

    [Fact]
    public void Measuring_ends_as_soon_as_the_interval_is_narrower_than_5_percent_and_still_holds_the_median()
    {
        const int Cases = 500;
        var median = TimeSpan.FromMilliseconds(1 + (0.1 * Math.Log(2)));
        var held = 0;
        for (var one = 0; one < Cases; one++)
        {
            var place = 0;
            var measured = MedianTime.Measure(
                () => TimeSpan.FromMilliseconds(1) + (0.1 * Exponential(one, place++)), fewest: 6, isSpent: () => false);
            Assert.InRange((measured.High - measured.Low)!.Value / measured.Median, 0, 0.0501);
            Assert.InRange(measured.Count, 10, 200);
            held += measured.Low <= median && median <= measured.High ? 1 : 0;
        }

        // Looking several times costs a part of the 95 %.
        Assert.InRange(held / (double)Cases, 0.9, 1);
    }

    [Fact]
    public void Measuring_ends_with_its_budget_however_wide_the_interval_is()
    {
        var place = 0;
        Assert.Equal(6, MedianTime.Measure(() => TimeSpan.FromSeconds(++place % 2), fewest: 6, isSpent: () => true).Count);
        Assert.Equal(33, MedianTime.Measure(() => TimeSpan.FromSeconds(++place % 2), fewest: 6, isSpent: () => place >= 39).Count);
        var single = MedianTime.Measure(() => TimeSpan.FromSeconds(3), fewest: 1, isSpent: () => true);
        Assert.Equal(new(TimeSpan.FromSeconds(3), null, null, 1), single);
    }

    private static TimeSpan Exponential(int one, int place) =>
        TimeSpan.FromMilliseconds(-Math.Log(1 - SplitMix64.Uniform(one, place, 0)));
}
