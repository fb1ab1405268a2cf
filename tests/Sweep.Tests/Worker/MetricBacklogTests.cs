using Sweep.Domain.Trials;
using Sweep.Silo.Delivery;

namespace Sweep.Tests.Worker;

public sealed class MetricBacklogTests
{
    private static EpochRow Row(int epoch, double loss = 0.1) =>
        new(new(1, 1), 1, new EpochMetrics(epoch, loss, loss, 0.5, 0.01, 1, 10), loss, loss);

    [Fact]
    public async Task Rows_that_do_not_fit_in_memory_wait_in_a_file_and_come_back_in_order_bit_for_bit()
    {
        using var backlog = new MetricBacklog(inMemory: 10);
        var chance = new Random(7);
        var rows = Enumerable.Range(1, 100).Select(epoch => Row(epoch, chance.NextDouble())).ToList();
        foreach (var row in rows)
            backlog.Add(row);
        Assert.Equal((100, 90), (backlog.Count, backlog.InFile));
        var taken = new List<EpochRow>();
        while (backlog.Count > 0)
            taken.AddRange(await backlog.TakeAsync(7));
        Assert.Equal(rows, taken);
        Assert.Equal(0, backlog.InFile);
    }

    /// <summary>Adds and takes rows in a random order, and compares the backlog with a plain queue.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Nothing_is_lost_doubled_or_overtaken(int seed)
    {
        using var backlog = new MetricBacklog(inMemory: 5);
        var chance = new Random(seed);
        var plain = new Queue<EpochRow>();
        for (var step = 1; step <= 2_000; step++)
        {
            // The database is away for a hundred steps, then back for a hundred, and so on.
            if (chance.Next(100) < (step / 100 % 2 == 0 ? 70 : 30))
            {
                plain.Enqueue(Row(step));
                backlog.Add(Row(step));
            }
            else if (plain.Count > 0)
            {
                foreach (var row in await backlog.TakeAsync(chance.Next(1, 8)))
                    Assert.Equal(plain.Dequeue(), row);
            }

            Assert.Equal(plain.Count, backlog.Count);
        }

        backlog.Close();
        while (await backlog.TakeAsync(50) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
                Assert.Equal(plain.Dequeue(), row);
        }

        Assert.Empty(plain);
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_by_a_row_and_by_the_end()
    {
        using var backlog = new MetricBacklog(inMemory: 5);
        var first = backlog.TakeAsync(10);
        Assert.False(first.IsCompleted);
        backlog.Add(Row(1));
        Assert.Single(await first);
        var second = backlog.TakeAsync(10);
        Assert.False(second.IsCompleted);
        backlog.Close();
        Assert.Empty(await second);
        Assert.Throws<ObjectDisposedException>(() => backlog.Add(Row(2)));
    }

    [Fact]
    public async Task Epochs_of_a_program_come_back_from_the_file_as_such()
    {
        using var backlog = new MetricBacklog(inMemory: 0);
        var metrics = new Dictionary<string, double> { ["score/f1"] = 1.0 / 3, ["läufe"] = 1e300 };
        backlog.Add(new(new(1, 1), 1, new ProgramMetrics(4, 0.1, metrics), 1, -1));
        var taken = Assert.IsType<ProgramMetrics>(Assert.Single(await backlog.TakeAsync(1)).Metrics);
        Assert.Equal((4, 0.1), (taken.Epoch, taken.Seconds));
        Assert.Equal(metrics, taken.Values);
    }

    [Fact]
    public async Task Numbers_that_JSON_lacks_survive_the_file()
    {
        using var backlog = new MetricBacklog(inMemory: 0);
        var row = Row(1) with { Value = double.PositiveInfinity, Score = double.NaN };
        backlog.Add(row);
        Assert.Equal(1, backlog.InFile);
        Assert.Equal([row], await backlog.TakeAsync(1));
    }
}
