using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Reading;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Holds what the store does with trials that are proposed while their sweep runs, and with the budget that ends it.</summary>
public sealed class SweepProposalTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.AddTextAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Proposals_that_several_silos_make_at_once_are_stored_once()
    {
        var id = await AddSearchAsync();
        var proposals = new TrialProposals(3, [Parameters, Parameters], MadeFrom: 0, Attempts: 0);
        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => database.Proposals.ProposeAsync(id, proposals, Cancellation), Cancellation)));
        Assert.Single(stored, proposed => proposed.Stored == 2);
        Assert.Equal([1, 2, 3, 4], await database.QueuedAsync(id));
        await database.Sweeps.MoveAsync(id, SweepMove.Pause, Cancellation);
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, new(5, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation));
    }

    [Fact]
    public async Task What_proposed_a_trial_is_stored_with_it()
    {
        var id = await AddSearchAsync();
        await database.Proposals.ProposeAsync(
            id, new(3, [Parameters, Parameters], MadeFrom: 0, Attempts: 0, By: ["start of tpe", "tpe"]), Cancellation);
        await database.Proposals.ProposeAsync(id, new(5, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation);
        var proposers = await new SearchReader(database.Source).ProposersAsync(id, Cancellation);
        Assert.Equal([("start of tpe", 3), ("tpe", 1), (null, 1)], proposers.Select(one => (one.By, one.Trials)));
        Assert.Equal([1, 2, 3], proposers[0].Starts);
        var grid = await database.AddSweepAsync(trials: 2);
        Assert.Equal([("grid", 2)], (await new SearchReader(database.Source).ProposersAsync(grid, Cancellation)).Select(
            one => (one.By, one.Trials)));
    }

    [Fact]
    public async Task A_proposal_is_refused_when_an_outcome_that_it_was_made_from_has_changed()
    {
        var id = await AddSearchAsync();
        await database.FailAsync(new(id, 1), attempt: 0);
        var proposals = new TrialProposals(3, [Parameters], MadeFrom: 1, Attempts: 1);
        await database.Sweeps.RetryAsync(id, 1, Cancellation);
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, proposals, Cancellation));
        await database.FailAsync(new(id, 1), attempt: 1);
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, proposals, Cancellation));
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
        Assert.Equal(new(1), await database.Proposals.ProposeAsync(id, proposals with { Attempts = 2 }, Cancellation));
        var rows = await database.Proposals.OutcomesAsync(id, known: 2, Cancellation);
        Assert.Equal(
            [(1, TrialState.Failed, 2, true), (2, TrialState.Queued, 0, true), (3, TrialState.Queued, 0, false)],
            rows.Select(row => (row.Number, row.State, row.Attempt, row.Parameters is null)));
    }

    [Fact]
    public async Task A_trial_that_is_known_up_to_a_rung_may_go_on_and_one_that_was_over_may_not_be_tried_again()
    {
        var id = await AddSearchAsync();
        await database.FailAsync(new(id, 1), attempt: 0);
        await database.Trials.MoveAsync(Lease(new(id, 2)), Cancellation);
        var proposals = new TrialProposals(3, [Parameters], MadeFrom: 2, Attempts: 1, Unfinished: [2]);
        await database.Sweeps.RetryAsync(id, 1, Cancellation);
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, proposals, Cancellation));
        await database.FailAsync(new(id, 1), attempt: 1);
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, proposals, Cancellation));
        Assert.Equal(new(1), await database.Proposals.ProposeAsync(id, proposals with { Attempts = 2 }, Cancellation));
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 6)]
    [InlineData(2, 8)]
    public async Task Before_a_refused_proposal_whole_points_are_stored_and_the_refusal_is_told_until_it_is_stored(
        int replicates, int refused)
    {
        var id = await AddSearchAsync(replicates);
        var first = 2 * replicates + 1;
        await database.RunAsync(
            $"alter table trials add constraint not_here check (sweep_id <> {id} or number <> {refused}) not valid");
        var trials = Enumerable.Range(first, (5 * replicates) - first + 1).Select(
            number => ParametersWith(parameters => parameters with { Seed = number })).ToList();
        var proposals = new TrialProposals(first, trials, MadeFrom: 0, Attempts: 0, By: [.. trials.Select(_ => "tpe")]);
        var point = (refused - 1) / replicates * replicates + 1;
        for (var again = 1; again <= 2; again++)
        {
            var left = proposals.Part(again == 1 ? 0 : point - first, again == 1 ? trials.Count : trials.Count - (point - first));
            var (stored, trial, refusal) = await database.Proposals.ProposeAsync(id, left, Cancellation);
            Assert.Equal((again == 1 ? point - first : 0, new TrialId(id, point)), (stored, trial));
            Assert.Contains("\"not_here\"", refusal!.Message, StringComparison.Ordinal);
            Assert.Equal(Enumerable.Range(1, point - 1), await database.QueuedAsync(id));
            Assert.StartsWith(
                $"trial {point} cannot be stored: 23514: ", (await database.Reader.FindAsync($"search-{id}", Cancellation))!.Refused!,
                StringComparison.Ordinal);
        }

        await database.RunAsync("alter table trials drop constraint not_here");
        var rest = proposals.Part(point - first, trials.Count - (point - first));
        Assert.Equal(new(rest.Trials.Count), await database.Proposals.ProposeAsync(id, rest, Cancellation));
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.Refused);
        Assert.Equal(
            trials.Select(trial => trial.ToJson()),
            (await database.Proposals.OutcomesAsync(id, known: 0, Cancellation)).Skip(first - 1).Select(row => row.Parameters!.ToJson()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_is_told_no_more_when_the_sweep_is_cancelled_or_its_budget_ends_it(bool isCancelled)
    {
        var id = await AddSearchAsync();
        await database.RunAsync($"alter table trials add constraint never_{id} check (sweep_id <> {id} or number < 3) not valid");
        await database.Proposals.ProposeAsync(id, new(3, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation);
        Assert.Equal(1, await database.CountAsync("sweeps", $"id = {id} and proposal_refused like 'trial 3 cannot be stored: %'"));
        await database.Sweeps.MoveAsync(id, SweepMove.Pause, Cancellation);
        Assert.Equal(1, await database.CountAsync("sweeps", $"id = {id} and proposal_refused like 'trial 3 cannot be stored: %'"));
        if (isCancelled)
            await database.Sweeps.MoveAsync(id, SweepMove.Cancel, Cancellation);
        else
            await database.Sweeps.EndAsync(id, "time", isReproducible: false, Cancellation);
        Assert.Equal(1, await database.CountAsync("sweeps", $"id = {id} and proposal_refused is null"));
    }

    [Fact]
    public async Task A_part_of_a_proposal_says_what_it_alone_was_made_from()
    {
        var id = await AddSearchAsync();
        await database.FailAsync(new(id, 1), attempt: 0);
        await database.FailAsync(new(id, 2), attempt: 0);
        await database.RunAsync($"alter table trials add constraint never_{id} check (sweep_id <> {id} or number < 4) not valid");
        var proposals = new TrialProposals(3, [Parameters, Parameters], MadeFrom: 2, Attempts: 2, From: [1, 2]);
        Assert.Equal(1, (await database.Proposals.ProposeAsync(id, proposals, Cancellation)).Stored);
        await database.Sweeps.RetryAsync(id, 2, Cancellation);
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
    }

    [Fact]
    public async Task A_retry_of_a_trial_from_which_others_were_proposed_marks_the_sweep()
    {
        var id = await AddSearchAsync();
        await database.FailAsync(new(id, 1), attempt: 0);
        await database.FailAsync(new(id, 2), attempt: 0);
        await database.Proposals.ProposeAsync(id, new(3, [Parameters], MadeFrom: 1, Attempts: 1), Cancellation);
        await database.Sweeps.RetryAsync(id, 2, Cancellation);
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
        await database.Sweeps.RetryAsync(id, 1, Cancellation);
        Assert.Equal(
            "trial 1 was tried again after others had been proposed from its outcome",
            (await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
    }

    [Fact]
    public async Task A_sweep_whose_trials_are_not_all_proposed_is_not_over_and_counts_them()
    {
        var id = await AddSearchAsync();
        await database.Sweeps.CancelTrialAsync(new(id, 1), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation);
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        Assert.Equal(SweepState.Running, (await database.Sweeps.MoveAsync(id, SweepMove.Complete, Cancellation))!.State);
        var overview = await database.Reader.FindAsync($"search-{id}", Cancellation);
        // Of 5 trials of 100 epochs 2 were cancelled before they had trained any.
        Assert.Equal((5, 2, 300L), (overview!.Trials, overview.Proposed, overview.EpochsTotal));
        await database.Proposals.ProposeAsync(id, new(3, [Parameters, Parameters, Parameters], 2, 0), Cancellation);
        for (var number = 3; number <= 5; number++)
            await database.Sweeps.CancelTrialAsync(new(id, number), Cancellation);
        Assert.True(await database.Sweeps.IsOverAsync(id, Cancellation));
    }

    [Fact]
    public async Task A_sweep_that_its_budget_ends_has_the_trials_that_were_proposed_and_ends_once()
    {
        var id = await AddSearchAsync();
        await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation);
        var left = (await database.Reader.FindAsync($"search-{id}", Cancellation))!.Left!;
        Assert.Equal((1_000L, null), (left.Epochs, left.Failures));
        Assert.InRange(left.Seconds!.Value, 3_000, 3_600);
        // A trial that may still be proposed is not there yet, and one that will never be is over for good.
        Assert.Equal([(1, false, false)], await EntriesAsync());
        var ended = await database.Sweeps.EndAsync(id, "target: trial 1", isReproducible: true, Cancellation);
        Assert.Equal((2, "target: trial 1", SweepState.Running), (ended!.Trials, ended.EndedBy, ended.State));
        Assert.Equal([(1, false, false), (3, true, true)], await EntriesAsync());
        Assert.Empty(await database.QueuedAsync(id));
        Assert.Equal(new(0), await database.Proposals.ProposeAsync(id, new(3, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation));
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        await database.Trials.MoveAsync(Succeed(new(id, 1)), Cancellation);
        Assert.True(await database.Sweeps.IsOverAsync(id, Cancellation));
        Assert.Equal("target: trial 1", (await database.Sweeps.EndAsync(id, "time", isReproducible: false, Cancellation))!.EndedBy);
        var overview = await database.Reader.FindAsync($"search-{id}", Cancellation);
        Assert.Equal((2, "target: trial 1", null), (overview!.Trials, overview.EndedBy, overview.NotReproducible));

        async Task<IEnumerable<(int, bool, bool)>> EntriesAsync() =>
            (await new JudgementStore(database.Source).EntriesAsync(id, [1, 3], 1, Cancellation))
                .Select(row => (row.Entry.Number, row.Entry.IsOver, row.IsFinal));
    }

    [Fact]
    public async Task What_a_budget_counts_ends_with_the_first_trial_that_is_not_over()
    {
        var id = await database.AddSweepAsync(trials: 5);
        foreach (var number in new[] { 1, 2, 4 })
            await database.Sweeps.CancelTrialAsync(new(id, number), Cancellation);
        Assert.Equal([1, 2], (await database.Sweeps.SpentAsync(id, 0, Cancellation)).Trials.Select(trial => trial.Number));
        Assert.Equal([2], (await database.Sweeps.SpentAsync(id, 1, Cancellation)).Trials.Select(trial => trial.Number));
        await database.Sweeps.CancelTrialAsync(new(id, 3), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 5), Cancellation);
        var (age, trials) = await database.Sweeps.SpentAsync(id, 2, Cancellation);
        Assert.Equal([3, 4, 5], trials.Select(trial => trial.Number));
        Assert.InRange(age, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    /// <summary>Adds a sweep of five points of which two are proposed.</summary>
    private async Task<int> AddSearchAsync(int replicates = 1)
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var spec = Spec($"search-{id}") with
        {
            Method = new(MethodKind.Tpe, 5),
            Search = new(2),
            Budget = new(1_000, 3_600),
            Replicates = replicates,
        };
        await database.Sweeps.AddAsync(id, spec, exactName: true, [.. Enumerable.Repeat(Parameters, 2 * replicates)], Cancellation);
        return id;
    }
}
