using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_generator_gives_the_published_numbers()
    {
        // These are the first five outputs for the seed 1234567.
        // Source: Rosetta Code (rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(published, Enumerable.Range(1, 5).Select(position => SplitMix64.Output(1234567, (ulong)position)));
    }

    [Fact]
    public void The_first_number_of_the_seed_0_is_the_published_one() => Assert.Equal(0xE220A8397B1DCDAF, SplitMix64.Output(0, 1));

    [Fact]
    public void Uniform_numbers_are_at_least_0_and_below_1_and_average_one_half()
    {
        var numbers = Enumerable.Range(0, 10_000).Select(trial => SplitMix64.Uniform(-1, trial, 3)).ToList();
        Assert.All(numbers, number => Assert.True(number is >= 0 and < 1));
        Assert.InRange(numbers.Average(), 0.485, 0.515);
    }
}
