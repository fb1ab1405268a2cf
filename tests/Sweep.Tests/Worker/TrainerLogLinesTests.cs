using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

public sealed class TrainerLogLinesTests
{
    [Fact]
    public async Task Lines_come_one_by_one_without_their_ends() =>
        Assert.Equal(["a", "", "b", "c"], await ReadAsync(new StringReader("a\n\nb\r\nc")));

    [Fact]
    public async Task A_line_that_does_not_end_is_cut_off()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var lines = await ReadAsync(new Endless(20_000_000));
        // Everything runs on this thread, since the reader never waits.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal([new string('x', TrainerLogLines.MaxLength)], lines);
    }

    private static async Task<List<string>> ReadAsync(TextReader reader)
    {
        var lines = new List<string>();
        await foreach (var line in TrainerLogLines.ReadAsync(reader))
            lines.Add(line);
        return lines;
    }

    private sealed class Endless(int length) : TextReader
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            var read = Math.Min(_left, buffer.Length);
            buffer.Span[..read].Fill('x');
            _left -= read;
            return ValueTask.FromResult(read);
        }
    }
}
