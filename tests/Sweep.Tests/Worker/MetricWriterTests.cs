using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Worker;

public sealed class MetricWriterTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedStore _store = new();
    private readonly LogLines<StorageAlarm> _log = new();
    private readonly List<string> _refusals = [];
    private readonly MetricWriter _writer;

    public MetricWriterTests()
    {
        var instruments = new SweepInstruments(
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        _writer = new(_store, instruments, new(instruments, _time, _log), _time, new LogLines<MetricWriter>());
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task When_one_row_of_a_batch_is_refused_the_others_are_stored_and_its_trial_gets_the_reason()
    {
        _store.Wrong = row => row is EpochRow { Trial.Number: 2, Metrics.Epoch: 3 } ? ScriptedStore.Error("23514", "violates check") : null;
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            for (var trial = 1; trial <= 3; trial++)
                Add(trial, epoch);
        }

        await _writer.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(await WaitUntilStoredAsync(1));
        Assert.True(await WaitUntilStoredAsync(3));
        var error = await Assert.ThrowsAsync<StorageRefusedException>(() => WaitUntilStoredAsync(2));
        Assert.Equal("PostgreSQL refuses it: 23514: violates check", error.Message);
        // The epochs after the refused one are not stored either, since they would leave a gap.
        var last = _store.Epochs.GroupBy(row => row.Trial.Number).Select(rows => (rows.Key, rows.Max(row => row.Metrics.Epoch)));
        Assert.Equal([(1, 5), (2, 2), (3, 5)], last.Order());
        Assert.Equal(12, _store.Epochs.Count);
        Assert.Single(_refusals);
        Assert.Contains("Epoch 3 of trial 1/2 cannot be stored", Assert.Single(_log.Lines), StringComparison.Ordinal);

        // Later epochs of the same attempt are refused as well.
        Add(2, 6);
        await Assert.ThrowsAsync<StorageRefusedException>(() => WaitUntilStoredAsync(2));
        Add(1, 6);
        Assert.True(await WaitUntilStoredAsync(1));
        Assert.Equal(13, _store.Epochs.Count);
    }

    [Fact]
    public async Task When_every_row_is_refused_no_row_stays_in_the_queue()
    {
        _store.Wrong = _ => ScriptedStore.Error("42501", "permission denied for table epochs");
        for (var epoch = 1; epoch <= 500; epoch++)
        {
            Add(1, epoch);
            Add(2, epoch);
        }

        await _writer.StartAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<StorageRefusedException>(() => WaitUntilStoredAsync(1));
        await Assert.ThrowsAsync<StorageRefusedException>(() => WaitUntilStoredAsync(2));
        Assert.Equal(2, _refusals.Count);
        Assert.InRange(_store.Statements, 1, 10);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_temporary_error_is_retried_with_all_waiting_rows_and_logged_once_a_minute()
    {
        _store.Wrong = _ => ScriptedStore.Error("57P03", "starting up");
        Add(1, 1);
        await _writer.StartAsync(TestContext.Current.CancellationToken);
        var stored = WaitUntilStoredAsync(1);
        await Cluster.Poll.UntilAsync(() => Moved(() => _log.Lines.Count == 2), "the second line of the log");
        Assert.InRange((_time.GetUtcNow() - _time.Start).TotalSeconds, 60, 90);
        Assert.InRange(_store.Statements, 10, 90);
        Assert.False(stored.IsCompleted);
        _store.Wrong = _ => null;
        await Cluster.Poll.UntilAsync(() => Moved(() => stored.IsCompleted), "the epoch to be stored");
        Assert.True(await stored);
        Assert.Empty(_refusals);

        Task<bool> Moved(Func<bool> condition)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(condition());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync(CancellationToken.None);
        _writer.Dispose();
    }

    private void Add(int trial, int epoch) =>
        _writer.Add(
            new(new(1, trial), 1, new EpochMetrics(epoch, 1, 1, 0.5, 0.01, 0.1, 100), 1, 1),
            refusal => _refusals.Add(refusal.Message));

    private Task<bool> WaitUntilStoredAsync(int trial) =>
        _writer.WaitUntilStoredAsync(new(1, trial), 1).WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
}
