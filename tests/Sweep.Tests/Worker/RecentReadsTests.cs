using System.Collections.Concurrent;
using Sweep.Grains;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Worker;

public sealed class RecentReadsTests
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();

    [Fact]
    public async Task Many_requests_for_one_key_make_one_read_and_other_keys_are_read_at_the_same_time()
    {
        var reads = Reads(limit: 100);
        var first = Enumerable.Range(0, 10).Select(_ => reads.GetAsync("first")).ToArray();
        // The first read has not ended yet.
        Answer("second").SetResult("two");
        Assert.Equal("two", await reads.GetAsync("second").WaitAsync(Poll.Patience, TestContext.Current.CancellationToken));
        Answer("first").SetResult("one");
        Assert.All(
            await Task.WhenAll(first).WaitAsync(Poll.Patience, TestContext.Current.CancellationToken), value => Assert.Equal("one", value));
        Assert.Equal(["first", "second"], _asked.Order());
    }

    [Fact]
    public async Task The_value_that_was_requested_longest_ago_is_dropped_when_all_values_are_too_large_together()
    {
        var reads = Reads(limit: 10);
        foreach (var key in new[] { "aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb" })
        {
            Answer(key).TrySetResult(key);
            await reads.GetAsync(key);
        }

        Assert.Equal(["aaaa", "bbbb", "cccc", "bbbb"], _asked);
    }

    [Fact]
    public async Task A_value_above_the_limit_is_kept_while_it_is_the_newest()
    {
        var reads = Reads(limit: 3);
        foreach (var key in new[] { "large", "large", "tiny", "large" })
        {
            Answer(key).TrySetResult(key);
            await reads.GetAsync(key);
        }

        Assert.Equal(["large", "tiny", "large"], _asked);
    }

    [Fact]
    public async Task After_an_error_the_next_request_reads_again()
    {
        var reads = Reads(limit: 10);
        Answer("key").SetException(new InvalidDataException("damaged"));
        await Assert.ThrowsAsync<InvalidDataException>(() => reads.GetAsync("key"));
        _answers["key"] = new();
        Answer("key").SetResult("value");
        Assert.Equal("value", await reads.GetAsync("key"));
        Assert.Equal(["key", "key"], _asked);
    }

    private TaskCompletionSource<string> Answer(string key) => _answers.GetOrAdd(key, _ => new());

    private RecentReads<string, string> Reads(long limit) => new(
        key =>
        {
            _asked.Enqueue(key);
            return Answer(key).Task;
        },
        value => value.Length,
        limit);
}
