using Sweep.Domain.Models;

namespace Sweep.Tests.Models;

public sealed class TextTests
{
    [Theory]
    // The first numbers are the published experiment's. The product 0.2 · n must never lose a window to floating point.
    [InlineData(2386, 10, 0.2, 1900, 476)]
    [InlineData(2386, 20, 0.2, 1892, 474)]
    [InlineData(2386, 30, 0.2, 1884, 472)]
    [InlineData(1_115_394, 20, 0.2, 892_299, 223_075)]
    [InlineData(30, 20, 0.3, 7, 3)]
    [InlineData(20, 20, 0.2, 0, 0)]
    [InlineData(5, 20, 0.2, 0, 0)]
    public void There_is_a_window_for_every_start_that_has_a_next_character(
        int characters, int length, double validation, int training, int heldOut) =>
        Assert.Equal(new WindowCounts(training, heldOut), WindowCounts.Of(characters, length, validation));

    [Theory]
    [InlineData(2386, 30, 0.2, 0.1, 1648, 472, 236)]
    [InlineData(1_115_394, 50, 0.1, 0.1, 892_274, 111_535, 111_535)]
    [InlineData(30, 20, 0.3, 0.05, 6, 3, 1)]
    // The test comes first where there is too little.
    [InlineData(21, 20, 0.5, 0.1, 0, 0, 1)]
    [InlineData(22, 20, 0.5, 0.6, 0, 0, 2)]
    public void A_test_share_takes_its_own_windows(
        int characters, int first, double validation, double test, int training, int validated, int tested) =>
        Assert.Equal(new WindowCounts(training, validated, tested), WindowCounts.Of(characters, first, validation, test));

    [Fact]
    public void A_vocabulary_is_the_distinct_characters_in_the_order_of_their_code_points()
    {
        var vocabulary = Vocabulary.Of("b😀aéba");
        Assert.Equal("abé😀", string.Concat(vocabulary.Characters));
        Assert.Equal([1, 3, 0, 2, 1, 0], vocabulary.Encode("b😀aéba"));
        Assert.Equal("😀é", vocabulary.Decode([3, 2]));
    }

    [Fact]
    public void Characters_outside_the_vocabulary_are_left_out() => Assert.Equal([0, 1], Vocabulary.Of("ab").Encode("xa yb"));
}
