using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Sweep.Domain.Protocol;

namespace Sweep.Tests.Trainer;

/// <summary>The trainer's real program, started as a silo starts it.</summary>
internal sealed class TrainerProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();

    /// <param name="variables">Variables of the environment, besides those that every trainer gets.</param>
    public TrainerProgram(params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet", [Library])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _log.Writer.TryWrite(line.Data ?? "");
        _process.BeginErrorReadLine();
    }

    public static string Library
    {
        get
        {
            var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
            return Path.GetFullPath(Path.Combine(folder, "..", "..", "Sweep.Trainer", Path.GetFileName(folder), "Sweep.Trainer.dll"));
        }
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public Task Load(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return SendAsync(new TrainerCommand.LoadDataset(Hash(bytes)), bytes);
    }

    public Task Load(byte[] checkpoint) => SendAsync(new TrainerCommand.LoadCheckpoint(Hash(checkpoint)), checkpoint);

    public async Task SendAsync(TrainerCommand command, byte[]? payload = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        await Frame.WriteAsync(Input, command, payload, patience.Token);
    }

    /// <summary>Reads the next event; null when the stream has ended.</summary>
    public async Task<(TrainerEvent Message, byte[] Payload)?> Next()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await Frame.ReadAsync<TrainerEvent>(_process.StandardOutput.BaseStream, patience.Token);
    }

    /// <summary>
    /// Waits for an event of this kind and returns it with the events before it, except progress. Fails the test if the trial ends with
    /// another event.
    /// </summary>
    public async Task<(T Message, byte[] Payload, List<(TrainerEvent Message, byte[] Payload)> Before)> ReceiveAsync<T>()
        where T : TrainerEvent
    {
        var before = new List<(TrainerEvent, byte[])>();
        while (await Next() is var (message, payload))
        {
            if (message is T received)
                return (received, payload, before);
            if (message is TrainerEvent.Failed or TrainerEvent.Succeeded or TrainerEvent.Stopped)
                Assert.Fail($"Waited for {typeof(T).Name}, received: {message}; its log: {string.Join('\n', await Log())}");
            // The number of progress events depends on the machine's speed.
            if (message is not TrainerEvent.Progress)
                before.Add((message, payload));
        }

        throw new InvalidOperationException($"Waited for {typeof(T).Name}; the trainer ended. Its log: {string.Join('\n', await Log())}");
    }

    /// <summary>Reads the events that a killed trainer had sent before its death.</summary>
    public async Task<List<TrainerEvent>> Rest()
    {
        var rest = new List<TrainerEvent>();
        try
        {
            while (await Next() is var (message, _))
                rest.Add(message);
        }
        catch (ProtocolException)
        {
            // The trainer died within a message.
        }

        return rest;
    }

    /// <summary>Waits for a line of the log that contains these words, and drops the lines before it.</summary>
    public async Task<string> Logged(string words)
    {
        using var patience = new CancellationTokenSource(Patience);
        var seen = new List<string>();
        try
        {
            await foreach (var line in _log.Reader.ReadAllAsync(patience.Token))
            {
                if (line.Contains(words, StringComparison.Ordinal))
                    return line;
                seen.Add(line);
            }
        }
        catch (OperationCanceledException)
        {
            // The exception below names the lines that were found.
        }

        throw new InvalidOperationException($"Waited for a line of the log with '{words}'; found: {string.Join('\n', seen)}");
    }

    /// <summary>Kills the trainer and returns the rest of its log.</summary>
    private async Task<List<string>> Log()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        var lines = new List<string>();
        while (_log.Reader.TryRead(out var line))
            lines.Add(line);
        return lines;
    }

    public async Task<int> ExitCode()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
