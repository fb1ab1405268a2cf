using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

public sealed class RangePointsTests
{
    [Theory]
    [InlineData(0, 1, Scale.Linear, 5, null, false, "0 0.25 0.5 0.75 1")]
    [InlineData(1e-4, 1e-1, Scale.Log, 4, null, false, "0.0001 0.001 0.01 0.1")]
    [InlineData(1, 100, Scale.Log, 3, null, true, "1 10 100")]
    [InlineData(1, 3, Scale.Linear, 5, null, true, "1 2 3")]
    [InlineData(0.1, 0.3, Scale.Linear, null, 0.1, false, "0.1 0.2 0.3")]
    [InlineData(0, 1, Scale.Linear, null, 0.3, false, "0 0.3 0.6 0.9")]
    [InlineData(16, 64, Scale.Linear, null, 16.0, true, "16 32 48 64")]
    [InlineData(0.1234567890123456, 0.2, Scale.Linear, 2, null, false, "0.1234567890123456 0.2")]
    public void Points_are_evenly_spaced_and_never_leave_the_range(
        double min, double max, Scale scale, int? count, double? step, bool whole, string expected) =>
        Assert.Equal(expected, string.Join(' ', RangePoints.Of(new(min, max, scale, count, step), whole)));

    [Fact]
    public void A_range_with_neither_count_nor_step_has_no_points() =>
        Assert.Throws<ArgumentException>(() => RangePoints.Of(new(0, 1, Scale.Linear, null, null), whole: false));

    [Fact]
    public void A_point_without_a_fraction_is_a_whole_number() =>
        Assert.Equal(
            [new ParameterValue.Whole(1), new ParameterValue.Real(1.5), new ParameterValue.Whole(2)],
            RangePoints.Of(new(1, 2, Scale.Linear, 3, null), whole: false));
}
