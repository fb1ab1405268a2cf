using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

public sealed class RungStandingsTests
{
    [Fact]
    public void Trials_that_come_and_change_in_any_order_rank_as_a_sorted_list_of_them_does() => Prop.ForAll(
        Gen.Choose(0, 1_000_000).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            var (rung, entries) = (new RungStandings(), new RungEntry?[40]);
            for (var step = 0; step < 200; step++)
            {
                var number = random.Next(1, 41);
                double? best = random.Next(4) switch { 0 => null, 1 => double.NaN, _ => random.Next(5) };
                rung.Add(entries[number - 1] = new(number, best, IsOver: random.Next(2) == 0));
                var (first, last, except) = (random.Next(3) == 0 ? random.Next(2, 20) : 1, random.Next(0, 41), random.Next(1, 41));
                Check(rung, entries, new(first, last), except);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    private static void Check(RungStandings rung, RungEntry?[] entries, TrialRange range, int except)
    {
        int[] others = [.. Enumerable.Range(1, 40).Where(number => number >= range.First && number <= range.Last && number != except)];
        Assert.Equal(
            others.Cast<int?>().FirstOrDefault(number => entries[number!.Value - 1] is not ({ Best: not null } or { IsOver: true })),
            rung.Missing(range, except));
        var expected = others.Select(number => entries[number - 1]).Where(entry => entry?.Best is not null)
            .Select(entry => (Score: double.IsNaN(entry!.Best!.Value) ? double.PositiveInfinity : entry.Best.Value, entry.Number))
            .Order().ToList();
        var ranked = rung.Ranked(range, except);
        Assert.Equal(expected.Select(entry => entry.Score), Enumerable.Range(0, ranked.Count).Select(place => ranked[place]));
        foreach (var score in new[] { 0.0, 2, 2.5, double.PositiveInfinity })
            Assert.Equal(expected.Count(entry => entry.CompareTo((score, except)) < 0), ranked.Before(score, except));
    }

    [Fact]
    public void Of_tens_of_thousands_of_trials_each_is_judged_in_microseconds()
    {
        const int trials = 50_000;
        var rule = new AshaRule(1, 3, new(Metric.ValLoss, Goal.Minimize));
        var rung = new RungStandings();
        var started = Environment.CpuUsage.TotalTime;
        var goOn = 0;
        for (var number = 1; number <= trials; number++)
        {
            var score = number * 7919 % 10_007 / 10_007.0;
            rung.Add(new(number, score, IsOver: false));
            goOn += rule.Judge(number, [score], rung).Verdict == RungVerdict.GoOn ? 1 : 0;
        }

        Assert.InRange(goOn, 0.3 * trials, 0.36 * trials);
        // It takes a quarter of a second; sorting all trials for each of them took a thousand times as long.
        Assert.InRange(Environment.CpuUsage.TotalTime - started, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_point_is_the_mean_of_the_replicates_that_are_there_once_all_are_there_or_over()
    {
        Assert.Equal(new(4, 3, false), Of(new(7, 2, false), new(8, 4, true)));
        Assert.Equal(new(4, null, false), Of(new(7, 2, false), new(8, null, false)));
        Assert.Equal(new(4, null, false), Of(new(7, 2, true), null));
        // One that failed before does not count, and one that a rule stopped before has its best value so far.
        Assert.Equal(new(4, 2, false), Of(new(7, 2, false), new(8, null, true)));
        Assert.Equal(new(4, 5, true), Of(new(7, 2, true), new(8, null, true, Before: 8)));
        Assert.Equal(new(4, double.NaN, false), Of(new(7, 2, false), new(8, double.NaN, true)));
        // A point of which none got there is not compared with.
        Assert.Equal(new(4, null, true), Of(new(7, null, true), new(8, null, true, Before: 8)));

        static RungEntry Of(params RungEntry?[] replicates) => RungEntry.OfPoint(4, replicates);
    }
}
