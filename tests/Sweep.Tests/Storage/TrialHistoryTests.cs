using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Moves trials from outdated knowledge, as two activations of one trial or the grain of a thawed silo do.</summary>
public sealed class TrialHistoryTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly Dictionary<string, TrialMove> MoveOfEvent = new()
    {
        ["leased"] = TrialMove.Lease,
        ["succeeded"] = TrialMove.Succeed,
        ["requeued"] = TrialMove.Requeue,
        ["failed"] = TrialMove.Fail,
        ["cancelled"] = TrialMove.Cancel,
        ["retried"] = TrialMove.Retry,
    };

    private enum Act { Load, Move, Cancel, Retry, WriteEpoch }

    private sealed record Step(int Grain, Act Act, TrialMove Move);

    [Fact]
    public void Grains_with_outdated_states_never_make_an_illegal_history()
    {
        var step = from grain in Gen.Choose(0, 2)
                   from act in Gen.Frequency(
                       (2, Gen.Constant(Act.Load)), (6, Gen.Constant(Act.Move)), (1, Gen.Constant(Act.Cancel)),
                       (2, Gen.Constant(Act.Retry)), (2, Gen.Constant(Act.WriteEpoch)))
                   from move in Gen.Elements(TrialMove.Lease, TrialMove.Succeed, TrialMove.Requeue, TrialMove.Fail, TrialMove.Cancel)
                   select new Step(grain, act, move);
        Prop.ForAll(step.ListOf(40).ToArbitrary(), steps => Assert.Null(RunAsync([.. steps]).GetAwaiter().GetResult()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    /// <summary>Runs the steps on a new trial: the steps of one grain in order, the grains at the same time.</summary>
    /// <returns>What is wrong with the history, or null.</returns>
    private async Task<string?> RunAsync(IReadOnlyList<Step> steps)
    {
        var trial = new TrialId(await database.AddSweepAsync(), 1);
        await Task.WhenAll(steps.GroupBy(step => step.Grain).Select(grain => GrainAsync(trial, [.. grain])));

        var state = TrialState.Queued;
        var attempt = 0;
        foreach (var e in await database.Reader.EventsAsync(trial.Sweep, 1, CancellationToken.None))
        {
            var move = MoveOfEvent[e.Event];
            if (!state.Allows(move))
                return $"A trial that was {state} was {e.Event}.";
            if (e.Attempt != (move == TrialMove.Lease ? attempt + 1 : attempt))
                return $"The event {e.Event} has attempt {e.Attempt} after {attempt}.";
            (state, attempt) = (state.After(move), e.Attempt);
        }

        var stored = (await database.Trials.LoadAsync(trial))!;
        return (stored.State, stored.Attempt) == (state, attempt)
            ? null
            : $"The row says {stored.State} {stored.Attempt}, its history {state} {attempt}.";
    }

    private async Task GrainAsync(TrialId trial, IReadOnlyList<Step> steps)
    {
        var store = database.Trials;
        var known = (await store.LoadAsync(trial))!;
        foreach (var step in steps)
        {
            switch (step.Act)
            {
                case Act.Load:
                    known = (await store.LoadAsync(trial))!;
                    break;
                case Act.Cancel:
                    await database.Sweeps.CancelTrialAsync(trial);
                    break;
                case Act.Retry:
                    await database.Sweeps.RetryAsync(trial.Sweep, null);
                    break;
                case Act.WriteEpoch:
                    await database.Attempts.WriteEpochsAsync([Row(trial, known.Attempt, Epoch(1))]);
                    break;
                case Act.Move when known.State.Allows(step.Move):
                    var next = known.State.After(step.Move);
                    var attempt = known.Attempt + (step.Move == TrialMove.Lease ? 1 : 0);
                    var word = MoveOfEvent.Single(pair => pair.Value == step.Move).Key;
                    // A grain whose move is refused keeps its outdated state, so that its next moves must be refused as well.
                    if (await store.MoveAsync(new(trial, known.State, known.Attempt, next, attempt, 0, 0, "w", word)) is { } stored)
                        known = known with { State = stored, Attempt = attempt };
                    break;
            }
        }
    }
}
