using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class ParzenDensityTests
{
    private const int Slices = 400;

    private static readonly IReadOnlyList<SearchAxis> Axes =
    [
        new(Range("dropout", 0, 0.9), BuiltInParameters.Catalog),
        new(Choice("cell", Word("rnn"), Word("lstm"), Word("gru")), BuiltInParameters.Catalog),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void It_is_a_density(int observations)
    {
        // The factor of a normal density, which is left out, is put back.
        var whole = Cells().Sum(cell => Density(observations).At(cell)) / Slices / Math.Sqrt(2 * Math.PI);
        Assert.Equal(1, whole, 3);
    }

    [Fact]
    public void Draws_follow_it()
    {
        const int draws = 20_000;
        var density = Density(40);
        var stream = new RandomStream(1, 1, 0);
        var counts = new Dictionary<(int, int), int>();
        for (var draw = 0; draw < draws; draw++)
        {
            var point = density.Draw(ref stream);
            var key = ((int)(point[0] * 10), (int)(point[1] * 3));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        foreach (var cells in Cells().GroupBy(cell => ((int)(cell[0] * 10), (int)(cell[1] * 3))))
        {
            var expected = cells.Sum(cell => density.At(cell)) / Slices / Math.Sqrt(2 * Math.PI) * draws;
            // The limit is five standard deviations of a count.
            Assert.InRange(counts.GetValueOrDefault(cells.Key), expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
        }
    }

    private static ParzenDensity Density(int observations) => new(
        Axes,
        [.. Enumerable.Range(0, observations)
            .Select(index => new[] { Math.Pow((index + 0.5) / observations, 3), index % 4 < 3 ? 0.5 : 1 / 6.0 })]);

    private static IEnumerable<double[]> Cells() =>
        from slice in Enumerable.Range(0, Slices)
        from kind in Enumerable.Range(0, 3)
        select new[] { (slice + 0.5) / Slices, (kind + 0.5) / 3 };
}
