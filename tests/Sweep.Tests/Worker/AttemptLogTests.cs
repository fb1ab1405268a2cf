using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Delivery;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Worker;

public sealed class AttemptLogTests
{
    [Fact]
    public async Task A_line_that_is_refused_is_dropped_and_the_others_are_stored()
    {
        var refusal = ScriptedStore.Error("22P05", "no equivalent in LATIN1");
        var store = new ScriptedStore { Wrong = row => row is LogLine { Line: 7 } ? refusal : null };
        var said = new LogLines<StorageAlarm>();
        var instruments = new SweepInstruments(
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        using var log = new AttemptLog(store, new(instruments, TimeProvider.System, said), TimeProvider.System);
        var write = log.For(new(1, 1), attempt: 1);
        for (var line = 1; line <= 20; line++)
            write($"line {line}");
        await log.StartAsync(TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => Task.FromResult(store.Lines.Count == 19), "the other lines to be stored", () => store.Lines.Count);
        await log.StopAsync(CancellationToken.None);
        Assert.DoesNotContain(store.Lines, line => line.Line == 7);
        Assert.Equal(store.Lines.OrderBy(line => line.Line), store.Lines);
        Assert.Contains("no equivalent in LATIN1", Assert.Single(said.Lines), StringComparison.Ordinal);
    }
}
