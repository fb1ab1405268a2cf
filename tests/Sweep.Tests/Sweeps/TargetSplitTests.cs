using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class TargetSplitTests
{
    public static TheoryData<SplitKind, int, int, double, double> Splits() => new MatrixTheoryData<SplitKind, int, int, double, double>(
        [SplitKind.Random, SplitKind.Tail], [31, 400, 2_386], [1, 20], [0.05, 0.2, 0.6], [0, 0.1, 0.33]);

    [Theory]
    [MemberData(nameof(Splits))]
    public void Every_character_from_the_first_target_on_is_in_exactly_one_part(
        SplitKind kind, int characters, int first, double validation, double test)
    {
        var counts = WindowCounts.Of(characters, first, validation, test);
        var split = TargetSplit.Of(kind, first, counts, seed: 42);
        // Shares are exact in decimal arithmetic, so that no part is a character too large.
        var (tested, validated) = (
            (int)Math.Ceiling((decimal)test * (characters - first)), (int)Math.Ceiling((decimal)validation * (characters - first)));
        Assert.Equal((validated, tested), (split.Validation.Count, split.Test.Count));
        Assert.Equal(
            Enumerable.Range(first, characters - first).Select(position => (long)position),
            split.Training.Concat(split.Validation).Concat(split.Test).Order());
        Assert.All([split.Training, split.Validation, split.Test], part => Assert.Equal(part.Order(), part));
    }

    [Fact]
    public void A_tail_split_has_training_then_validation_then_test()
    {
        var split = TargetSplit.Of(SplitKind.Tail, 5, new(10, 4, 2), seed: 1);
        Assert.Equal([.. Enumerable.Range(5, 10)], split.Training);
        Assert.Equal([15, 16, 17, 18], split.Validation);
        Assert.Equal([19, 20], split.Test);
    }

    [Theory]
    [InlineData(42, new long[] { 33, 35, 43, 44, 48 }, new long[] { 34, 36, 41 })]
    [InlineData(43, new long[] { 36, 39, 41, 42, 48 }, new long[] { 32, 34, 38 })]
    public void A_random_split_never_changes_since_stored_sweeps_go_on_with_it(long seed, long[] validation, long[] test)
    {
        // The positions were computed by a program in Python that has SplitMix64 and the shuffle for itself.
        var split = TargetSplit.Of(SplitKind.Random, 30, new(12, 5, 3), seed);
        Assert.Equal(validation, split.Validation);
        Assert.Equal(test, split.Test);
    }

    [Theory]
    [InlineData(SplitKind.Random)]
    [InlineData(SplitKind.Tail)]
    public void Another_share_of_validation_leaves_the_test_part_as_it_is(SplitKind kind) => Assert.Single(
        new[] { 0.1, 0.2, 0.5 }
            .Select(validation => TargetSplit.Of(kind, 20, WindowCounts.Of(500, 20, validation, 0.1), seed: 7).Test)
            .DistinctBy(part => string.Join(' ', part)));

    [Fact]
    public void A_random_split_holds_out_each_character_and_each_pair_of_neighbours_equally_often()
    {
        const int seeds = 5_000;
        var heldOut = new int[20];
        var pairs = new int[19];
        for (var seed = 0; seed < seeds; seed++)
        {
            var validation = TargetSplit.Of(SplitKind.Random, 0, new(15, 5), seed).Validation;
            foreach (var position in validation)
                heldOut[position]++;
            foreach (var position in validation.Where(position => validation.Contains(position + 1)))
                pairs[position]++;
        }

        // 5 of 20 are held out, and 2 neighbours together in 5/20 · 4/19 of the cases. The bounds are 5 standard deviations away.
        Assert.All(heldOut, times => Assert.InRange(times, (seeds * 0.25) - 155, (seeds * 0.25) + 155));
        Assert.All(pairs, times => Assert.InRange(times, (seeds / 19.0) - 80, (seeds / 19.0) + 80));
    }

    [Fact]
    public void The_sweeps_seed_alone_draws_a_random_split_and_does_not_move_a_tail()
    {
        Assert.NotEqual(Validation(SplitKind.Random, 1), Validation(SplitKind.Random, 2));
        Assert.Equal(Validation(SplitKind.Random, 1), Validation(SplitKind.Random, 1));
        Assert.Equal(Validation(SplitKind.Tail, 1), Validation(SplitKind.Tail, 2));

        static IReadOnlyList<long> Validation(SplitKind kind, long seed) =>
            TargetSplit.Of(kind, 10, WindowCounts.Of(300, 10, 0.2), seed).Validation;
    }

    public static TheoryData<int?, SearchSpace> Longest => new()
    {
        { 20, Of(Choice("cell", Word("gru"))) },
        { 7, Of(Choice("sequence_length", Whole(7))) },
        { 30, Of(Choice("sequence_length", Whole(10), Whole(30), Whole(20))) },
        { 64, Of(Range("sequence_length", 8, 64, Scale.Log, count: 3)) },
        { 29, Of(Range("sequence_length", 5, 30, step: 8)) },
        { 90, Of(Range("sequence_length", 5, 90)) },
        // Where the condition does not hold, the length is the default of 20.
        { 20, Of(Choice("layers", Whole(1), Whole(2)), Choice("sequence_length", Whole(5)).When(("layers", [Whole(2)]))) },
        { 5, Of(Choice("layers", Whole(2)), Choice("sequence_length", Whole(5)).When(("layers", [Whole(2)]))) },
    };

    [Theory]
    [MemberData(nameof(Longest))]
    public void The_first_target_comes_after_the_longest_window_that_any_trial_can_have(int? longest, SearchSpace space)
    {
        var spec = Spec(space, new(MethodKind.Random, 30), SplitKind.Tail).WithFirstTarget();
        Assert.Equal(longest, spec.Dataset.FirstTarget);
        Assert.Null((spec with { Dataset = spec.Dataset with { Split = SplitKind.Windows } }).WithFirstTarget().Dataset.FirstTarget);
        if (space.Varying.Count > 0)
            Assert.All(SearchMethods.For(spec).TypedTrials(), trial => Assert.InRange(trial.SequenceLength, 1, longest!.Value));
    }

    [Fact]
    public void A_spec_of_version_0_1_0_keeps_its_split()
    {
        var path = SweepFiles.RepositoryFolder.Join("tests", "Sweep.Tests", "Recorded", "0.1.0", "stored", "spec.bin");
        var recorded = File.ReadAllText(path);
        var tail = SweepSpec.FromJson(recorded).Dataset;
        Assert.Equal((SplitKind.Tail, 0.2, 0, null), (tail.Kind, tail.Validation, tail.Test, tail.FirstTarget));
        // What that version called random was each trial's own windows.
        var random = SweepSpec.FromJson(recorded.Replace("\"tail\"", "\"random\"", StringComparison.Ordinal)).Dataset;
        Assert.Equal((SplitKind.Random, SplitKind.Windows), (random.Split, random.Kind));
        Assert.Equal(WindowCounts.Of(2_386, 10, 0.2), random.Counts(2_386, 10));
        Assert.Equal(WindowCounts.Of(2_386, 30, 0.2), random.Counts(2_386, 30));
    }
}
