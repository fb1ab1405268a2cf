using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

public sealed class ChangedEnvironmentsTests
{
    private static readonly AttemptEnvironment Epyc = new("2.10.0", "AMD EPYC", "AVX2", 1, "cpu");
    private static readonly AttemptEnvironment Xeon = Epyc with { Processor = "Intel Xeon", Capability = "AVX512" };
    private static readonly AttemptEnvironment H100 = Epyc with { Device = "cuda:0", Gpu = "NVIDIA H100", Driver = "580.1" };

    [Fact]
    public void A_trial_that_went_on_elsewhere_gets_a_sentence() =>
        Assert.Equal(
            [
                "Trial 3 began on AMD EPYC (torch 2.10.0, AVX2, 1 thread) and went on on Intel Xeon (torch 2.10.0, AVX512, 1 thread), "
                    + "so its numbers may differ in their last bits from those of an undisturbed run.",
            ],
            Notes((3, 1, null, Epyc), (3, 2, 1, Xeon)));

    [Fact]
    public void A_trial_that_came_back_to_where_it_began_was_elsewhere_all_the_same() =>
        Assert.StartsWith("Trial 3 began on AMD EPYC", Assert.Single(Notes((3, 1, null, Epyc), (3, 2, 1, Xeon), (3, 3, 2, Epyc))));

    [Fact]
    public void Attempts_of_which_nothing_is_left_do_not_count()
    {
        // The second attempt was lost without a checkpoint, and the third goes on from the first one's.
        Assert.Empty(Notes((3, 1, null, Epyc), (3, 2, 1, Xeon), (3, 3, 1, Epyc)));
        // The second attempt begins afresh.
        Assert.Empty(Notes((3, 1, null, Xeon), (3, 2, null, Epyc)));
        // Nothing is known of the first attempt, and a row that names a later one makes no circle.
        Assert.Empty(Notes((3, 2, 1, Epyc)));
        Assert.Empty(Notes((3, 1, 2, Xeon), (3, 2, 2, Epyc)));
    }

    [Fact]
    public void Trials_with_the_same_change_share_a_sentence()
    {
        Assert.StartsWith("Trials 3 and 5 began on AMD EPYC", Assert.Single(Notes(Moved(5), Moved(3))));
        Assert.StartsWith(
            "Trials 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 others began on AMD EPYC",
            Assert.Single(Notes([.. Enumerable.Range(1, 12).Select(Moved)])));
        Assert.Equal(2, Notes(Moved(5), [(3, 1, null, Epyc), (3, 2, 1, H100)]).Count);
    }

    [Fact]
    public void Only_what_computes_can_change_bits()
    {
        Assert.All(
            [
                Epyc with { Torch = "2.11.0" }, Epyc with { Processor = "AMD EPYC 9" }, Epyc with { Capability = "DEFAULT" },
                Epyc with { Threads = 2 }, H100,
            ],
            other => Assert.True(Epyc.MayDifferInBits(other) && other.MayDifferInBits(Epyc)));
        Assert.False(Epyc.MayDifferInBits(Epyc with { }));
        Assert.All(
            [H100 with { Torch = "2.11.0" }, H100 with { Gpu = "NVIDIA H200" }],
            other => Assert.True(H100.MayDifferInBits(other)));
        Assert.All(
            [
                H100 with { Device = "cuda:3" }, H100 with { Driver = "590.2" }, H100 with { Processor = "Intel Xeon" },
                H100 with { Threads = 4 },
            ],
            other => Assert.False(H100.MayDifferInBits(other)));
    }

    private static (int, int, int?, AttemptEnvironment)[] Moved(int number) => [(number, 1, null, Epyc), (number, 2, 1, Xeon)];

    private static IReadOnlyList<string> Notes(params (int, int, int?, AttemptEnvironment)[][] trials) =>
        Notes([.. trials.SelectMany(rows => rows)]);

    private static IReadOnlyList<string> Notes(params (int Number, int Attempt, int? From, AttemptEnvironment Environment)[] rows)
    {
        var report = SweepReport.Of(Spec(Of(Choice("cell", Word("rnn"), Word("lstm")))), []);
        var more = report.With([], [.. rows.Select(row => new EnvironmentRow(new(1, row.Number), row.Attempt, row.From, row.Environment))]);
        return [.. more.Notes.Skip(report.Notes.Count)];
    }
}
