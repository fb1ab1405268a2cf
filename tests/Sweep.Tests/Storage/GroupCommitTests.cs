using Sweep.Storage;

namespace Sweep.Tests.Storage;

public sealed class GroupCommitTests
{
    private readonly List<IReadOnlyList<int>> _batches = [];
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_during_a_batch_form_the_next_batch()
    {
        var group = Group();
        var first = group.RunAsync(1, Cancellation);
        await BatchesAsync(1);
        var others = Enumerable.Range(2, 5).Select(item => group.RunAsync(item, Cancellation)).ToList();
        _open.SetResult();
        var results = await Task.WhenAll([first, .. others]);
        Assert.Equal([10, 20, 30, 40, 50, 60], results);
        Assert.Equal([[1], [2, 3, 4, 5, 6]], _batches);
    }

    [Fact]
    public async Task A_batch_has_at_most_a_thousand_items()
    {
        var group = Group();
        var calls = Enumerable.Range(0, 2_500).Select(item => group.RunAsync(item, Cancellation)).ToList();
        _open.SetResult();
        await Task.WhenAll(calls);
        Assert.True(_batches.Max(batch => batch.Count) <= 1_000);
        Assert.Equal(Enumerable.Range(0, 2_500), _batches.SelectMany(batch => batch));
    }

    [Fact]
    public async Task Items_with_the_same_key_are_in_different_batches_and_keep_their_order()
    {
        var group = Group(key: item => item % 10);
        var calls = new[] { 1, 2, 3, 12, 4, 22 }.Select(item => group.RunAsync(item, Cancellation)).ToList();
        _open.SetResult();
        await Task.WhenAll(calls);
        Assert.All(_batches, batch => Assert.Equal(batch.Count, batch.Select(item => item % 10).Distinct().Count()));
        Assert.Equal([1, 2, 3, 12, 4, 22], _batches.SelectMany(batch => batch));
    }

    [Fact]
    public async Task A_bad_item_fails_alone()
    {
        var group = Group(poison: 3);
        var first = group.RunAsync(1, Cancellation);
        await BatchesAsync(1);
        var good = group.RunAsync(2, Cancellation);
        var bad = group.RunAsync(3, Cancellation);
        _open.SetResult();
        Assert.Equal(10, await first);
        Assert.Equal(20, await good);
        await Assert.ThrowsAsync<FormatException>(() => bad);
    }

    [Fact]
    public async Task An_error_without_a_bad_item_fails_its_batch_and_no_other()
    {
        var group = Group(poison: 3, blames: false);
        var first = group.RunAsync(1, Cancellation);
        await BatchesAsync(1);
        var second = group.RunAsync(2, Cancellation);
        var third = group.RunAsync(3, Cancellation);
        _open.SetResult();
        await first;
        await Assert.ThrowsAsync<FormatException>(() => second);
        await Assert.ThrowsAsync<FormatException>(() => third);
        Assert.Equal(40, await group.RunAsync(4, Cancellation));
    }

    [Fact]
    public async Task A_cancelled_caller_stops_waiting_and_the_others_get_their_results()
    {
        var group = Group();
        using var cancelled = new CancellationTokenSource();
        var first = group.RunAsync(1, cancelled.Token);
        var second = group.RunAsync(2, Cancellation);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _open.SetResult();
        Assert.Equal(20, await second);
    }

    private GroupCommit<int, int> Group(Func<int, object>? key = null, int? poison = null, bool blames = true) => new(
        async items =>
        {
            lock (_batches)
                _batches.Add(items);
            await _open.Task;
            return items.Contains(poison ?? -1) ? throw new FormatException() : [.. items.Select(item => item * 10)];
        },
        key,
        error => blames && error is FormatException);

    private async Task BatchesAsync(int count)
    {
        while (true)
        {
            lock (_batches)
            {
                if (_batches.Count >= count)
                    return;
            }

            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
