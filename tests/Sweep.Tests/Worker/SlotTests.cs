using System.ComponentModel;
using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Search;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Worker;

public sealed class SlotTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines<Slot> _log = new();

    public static TheoryData<Exception> Starts =>
    [
        new Win32Exception(11, "Resource temporarily unavailable"),
        new IOException("too many open files"),
        new OutOfMemoryException("no memory"),
        new InvalidOperationException("anything"),
    ];

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task Any_error_at_the_start_of_a_trainer_counts_as_a_failed_start(Exception error)
    {
        var slot = Slot(new ScriptedTrainers(index => index == 0 ? throw error : Task.FromResult<ITrainer>(new ScriptedTrainer())));
        slot.Warm();
        var start = await Assert.ThrowsAsync<TrainerStartException>(
            () => slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken));
        Assert.Contains(error.Message, start.Message, StringComparison.Ordinal);
        // The next start is tried again.
        Assert.NotNull(await slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public async Task Any_error_in_a_self_test_is_a_complaint(Exception error)
    {
        var slot = Slot(new ScriptedTrainers(new ScriptedTrainer { Complaint = () => throw error }));
        Assert.Equal($"{error.GetType().Name}: {error.Message}", await SelfTest.RunAsync(slot, TestContext.Current.CancellationToken));
        Assert.Null(await SelfTest.RunAsync(slot, TestContext.Current.CancellationToken));
        Assert.Null(slot.Health.Complaint);
    }

    [Theory]
    [InlineData("cpu", 1)]
    [InlineData("cuda:0", 2)]
    public async Task A_self_test_trains_each_cell_and_on_a_GPU_in_a_new_process(string device, int starts)
    {
        var trainers = new ScriptedTrainers();
        var slot = new Slot(device, new DeviceGate(), trainers, _time, _log);
        await slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken);
        Assert.Null(await SelfTest.RunAsync(slot, TestContext.Current.CancellationToken));
        Assert.Equal(starts, trainers.Starts);
        var last = Assert.IsType<ScriptedTrainer>(trainers.Last);
        Assert.Equal(Enum.GetValues<CellKind>(), last.TestedCells);
    }

    [Fact]
    public async Task A_device_that_a_trial_has_alone_is_closed_to_the_slots_on_it_and_to_no_others()
    {
        var slots = Sweep.Silo.Worker.Slot.On(["cuda:0", "cuda:1", "cuda:0", "cuda:1"], new ScriptedTrainers(), _time, _log);
        using var alone = await slots[0].Gate.EnterAsync(alone: true, TestContext.Current.CancellationToken);
        Assert.Null(slots[2].Gate.TryEnter());
        Assert.NotNull(slots[1].Gate.TryEnter());
        Assert.Equal([3], slots[0].Neighbors.Select(slot => slot.Number));
        Assert.Equal([4], slots[1].Neighbors.Select(slot => slot.Number));
    }

    [Fact]
    public async Task A_slot_keeps_its_trainer_until_a_trial_needs_one_of_another_kind()
    {
        var model = new ScriptedTrainer();
        var trainers = new ScriptedTrainers(model);
        var slot = Slot(trainers);
        // The one that starts ahead of time is the model's.
        slot.Warm();
        var runner = await slot.TrainerAsync(TrainerKind.Program, TestContext.Current.CancellationToken);
        await model.EndedAsync();
        Assert.Same(runner, await slot.TrainerAsync(TrainerKind.Program, TestContext.Current.CancellationToken));
        Assert.NotSame(runner, await slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken));
        Assert.Equal([TrainerKind.Model, TrainerKind.Program, TrainerKind.Model], trainers.Kinds);
    }

    [Fact]
    public async Task A_killed_trainer_that_does_not_end_is_abandoned_with_a_line_in_the_log()
    {
        var stuck = new ScriptedTrainer { NeverEnds = true };
        var slot = Slot(new ScriptedTrainers(stuck));
        var first = await slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken);
        var discarding = slot.DiscardAsync();
        _time.Advance(TrainerEnd.Limit / 2);
        Assert.False(discarding.IsCompleted);
        _time.Advance(TrainerEnd.Limit);
        await discarding.WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
        Assert.Contains("was killed and does not end", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.NotSame(first, await slot.TrainerAsync(TrainerKind.Model, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_no_trainer_when_it_succeeds_later()
    {
        var late = new TaskCompletionSource<ITrainer>();
        var trainer = new ScriptedTrainer();
        var slot = new Slot("cpu", new DeviceGate(), new Uncancellable(late.Task), _time, _log);
        slot.Warm();
        var discarding = slot.DiscardAsync();
        _time.Advance(3 * TrainerEnd.Limit);
        await discarding.WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
        Assert.Contains("neither starts nor ends", Assert.Single(_log.Lines), StringComparison.Ordinal);
        late.SetResult(trainer);
        await trainer.EndedAsync();
    }

    private Slot Slot(ITrainerFactory trainers) => new("cpu", new DeviceGate(), trainers, _time, _log);

    /// <summary>Starts a trainer by a start that cannot be cancelled.</summary>
    private sealed class Uncancellable(Task<ITrainer> start) : ITrainerFactory
    {
        public Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation) => start;
    }
}
