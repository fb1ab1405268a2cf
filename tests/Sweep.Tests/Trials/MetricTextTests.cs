using Sweep.Client.Output;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Trials;

public sealed class MetricTextTests
{
    [Theory]
    [InlineData(0, "0.000", "0")]
    [InlineData(1.94, "1.940", "1.94")]
    [InlineData(1.8421, "1.842", "1.842")]
    [InlineData(81.11, "81.110", "81.11")]
    [InlineData(51_234, "51234", "51234")]
    [InlineData(123_456.78, "123456.8", "123456.8")]
    [InlineData(31_415_926, "3.142e7", "3.142e7")]
    [InlineData(2e9, "2.000e9", "2e9")]
    [InlineData(0.97123, "0.9712", "0.9712")]
    [InlineData(0.99999, "1.000", "1")]
    [InlineData(-0.071234, "-0.07123", "-0.07123")]
    [InlineData(0.0007, "0.0007000", "0.0007")]
    [InlineData(0.00071234, "0.0007123", "0.0007123")]
    [InlineData(0.00099999, "0.001000", "0.001")]
    [InlineData(0.0001, "0.0001000", "0.0001")]
    [InlineData(0.0000123, "1.230e-5", "1.23e-5")]
    [InlineData(double.NaN, "NaN", "NaN")]
    public void Below_1_four_digits_are_significant_and_a_sentence_has_the_same_ones(double value, string cell, string sentence)
    {
        Assert.Equal((cell, sentence), (MetricText.Of(value), MetricText.InSentence(value)));
        Assert.Equal(cell, Quantities.Metric(value));
        if (double.IsFinite(value))
            Assert.Equal($"mse {sentence}", new MetricWords(new("mse"), Goal.Minimize).Named(value));
    }

    [Theory]
    [InlineData(1.939, 0.00812, "1.939 ± 0.008")]
    [InlineData(1.939, 0.00004, "1.939 ± 4.000e-5")]
    [InlineData(0.97123, 0.00812, "0.9712 ± 0.0081")]
    [InlineData(0.0007123, 0.0000123, "0.0007123 ± 0.0000123")]
    [InlineData(0.0007123, 1.5, "0.0007123 ± 1.500")]
    [InlineData(51_234.5, 0.5, "51234.5 ± 0.5000")]
    [InlineData(1.939, 0.0, "1.939 ± 0.000")]
    [InlineData(1.939, null, "1.939")]
    public void An_error_has_the_decimals_of_its_value(double value, double? error, string expected) =>
        Assert.Equal(expected, Quantities.Metric(value, error));
}
