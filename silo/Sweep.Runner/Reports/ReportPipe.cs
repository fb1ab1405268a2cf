using System.Text;
using Sweep.Runner.Processes;

namespace Sweep.Runner.Reports;

/// <summary>
/// Two named pipes between a program and its runner: on one the program writes a line of JSON for each report, on the other the runner
/// answers those that ask for it.
/// </summary>
internal sealed class ReportPipe : IDisposable
{
    /// <summary>The answer after which a program ends.</summary>
    public const string Stop = "stop";

    public const string GoOn = "go-on";

    /// <summary>The most bytes of a line that are read.</summary>
    public const int MaxLength = 1 << 16;

    private readonly FileStream _reports;
    private readonly FileStream _answers;
    private Task _answering = Task.CompletedTask;
    private readonly string _last = $"last-{Guid.NewGuid():N}";

    /// <param name="folder">The folder of the pipes.</param>
    public ReportPipe(string folder)
    {
        (ReportPath, AnswerPath) = (Path.Combine(folder, "report"), Path.Combine(folder, "answer"));
        NativeCalls.MakePipe(ReportPath);
        NativeCalls.MakePipe(AnswerPath);
        _reports = Open(ReportPath);
        _answers = Open(AnswerPath);
    }

    public string ReportPath { get; }

    public string AnswerPath { get; }

    /// <summary>Reads reports until <see cref="EndAsync"/>.</summary>
    /// <param name="take">Gets each line, and whether it is the rest of one that the program did not end.</param>
    public async Task ReadAsync(Func<string, bool, Task> take)
    {
        await foreach (var line in CappedLines.ReadAsync(_reports, MaxLength))
        {
            if (line.EndsWith(_last, StringComparison.Ordinal))
            {
                await take(line[..^_last.Length], true);
                return;
            }

            await take(line, false);
        }
    }

    /// <summary>Ends the reading when what was written before is read.</summary>
    public async Task EndAsync()
    {
        // The first mark ends the line of a program that ended within it. Only of a line that is too long is the mark cut off.
        await _reports.WriteAsync(Encoding.ASCII.GetBytes($"{_last}\n{_last}\n"));
        await _reports.FlushAsync();
    }

    /// <summary>Answers a report. A program that does not read its answers gets no more of them, and blocks nobody for long.</summary>
    public async Task AnswerAsync(string answer)
    {
        // The pipe holds thousands of answers, and then each would have to wait.
        if (!_answering.IsCompleted)
            return;
        _answering = Task.Run(async () =>
        {
            await _answers.WriteAsync(Encoding.ASCII.GetBytes($"{answer}\n"));
            await _answers.FlushAsync();
        });
        await _answering.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        // An answer that still waits is written once there is room.
        if (!_answering.IsCompleted)
            _ = _answers.Read(new byte[1 << 16]);
        _reports.Dispose();
        _answers.Dispose();
    }

    // Open for both, so that neither end waits for the other, and the reader sees no end when a program closes its own.
    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    });
}
