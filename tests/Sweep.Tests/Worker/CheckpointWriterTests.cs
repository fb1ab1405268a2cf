using Sweep.Domain.Trials;
using Sweep.Silo.Delivery;

namespace Sweep.Tests.Worker;

public sealed class CheckpointWriterTests
{
    private readonly List<int> _stored = [];
    private readonly TaskCompletionSource<bool> _epochs = new();
    private readonly List<StorageRefusedException> _refused = [];
    private int _refusals;

    private static StoredCheckpoint Checkpoint(int epoch) => new(1, epoch, 0, "", []);

    [Fact]
    public async Task A_checkpoint_waits_for_its_epochs_and_an_older_one_that_still_waits_is_not_stored()
    {
        var writer = Writer(accepts: true);
        writer.Add(Checkpoint(1));
        var first = writer.WaitUntilStoredAsync();
        writer.Add(Checkpoint(2));
        writer.Add(Checkpoint(3));
        Assert.False(first.IsCompleted);
        Assert.Empty(_stored);
        _epochs.SetResult(true);
        await writer.WaitUntilStoredAsync();
        Assert.Equal(3, _stored[^1]);
        Assert.DoesNotContain(2, _stored);
    }

    [Fact]
    public async Task The_next_checkpoint_is_stored_after_a_pause()
    {
        _epochs.SetResult(true);
        var writer = Writer(accepts: true);
        writer.Add(Checkpoint(1));
        await writer.WaitUntilStoredAsync();
        writer.Add(Checkpoint(2));
        await writer.WaitUntilStoredAsync();
        Assert.Equal([1, 2], _stored);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task No_checkpoint_is_stored_after_a_refusal(bool epochsAccepted, bool checkpointAccepted)
    {
        _epochs.SetResult(epochsAccepted);
        var writer = Writer(checkpointAccepted);
        writer.Add(Checkpoint(1));
        await writer.WaitUntilStoredAsync();
        Assert.Equal(1, _refusals);
        var before = _stored.Count;
        writer.Add(Checkpoint(2));
        await writer.WaitUntilStoredAsync();
        Assert.Equal((1, before), (_refusals, _stored.Count));
    }

    [Fact]
    public async Task A_waiting_caller_is_told_that_the_attempt_was_given_up()
    {
        var writer = Writer(accepts: true);
        writer.Add(Checkpoint(1));
        _epochs.SetCanceled(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(writer.WaitUntilStoredAsync);
    }

    [Fact]
    public async Task A_refusal_of_the_database_is_reported_once_and_to_every_waiting_caller()
    {
        _epochs.SetException(new StorageRefusedException(new InvalidOperationException("value out of range")));
        var writer = Writer(accepts: true);
        writer.Add(Checkpoint(1));
        await Assert.ThrowsAsync<StorageRefusedException>(writer.WaitUntilStoredAsync);
        writer.Add(Checkpoint(2));
        await Assert.ThrowsAsync<StorageRefusedException>(writer.WaitUntilStoredAsync);
        Assert.Contains("value out of range", Assert.Single(_refused).Message, StringComparison.Ordinal);
        Assert.Empty(_stored);
    }

    private CheckpointWriter Writer(bool accepts) => new(
        () => _epochs.Task,
        checkpoint =>
        {
            _stored.Add(checkpoint.Epoch);
            return Task.FromResult(accepts);
        },
        () => _refusals++,
        _refused.Add);
}
