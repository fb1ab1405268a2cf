using System.Security.Cryptography;
using System.Text;
using Sweep.Client.Programs;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Programs;

/// <summary>The real runner, what it is told and what it says. Programs are shell scripts, unless a folder is given.</summary>
internal sealed class RunnerConversation : IAsyncDisposable
{
    private readonly List<string> _log = [];
    private readonly RunnerProcess _runner;
    private string _objective = "";

    /// <param name="patience">How long the runner's end may take before it is killed.</param>
    public RunnerConversation(TimeSpan? patience = null) => _runner = new RunnerProcess(
        line =>
        {
            lock (_log)
                _log.Add(line);
        },
        patience: patience);

    public int Id => _runner.Id;

    /// <summary>The lines so far that programs printed, and those of the runner itself.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>The last checkpoint that was written.</summary>
    public byte[] Checkpoint { get; private set; } = [];

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    /// <summary>The first attempt of a trial whose program is <c>./trial.sh</c>.</summary>
    public static TrainerCommand.RunProgram Run() => new(
        "mine/1", 1, ["./trial.sh"], "{\"lr\":1}", 42, new(Metric.ValLoss, Goal.Minimize), new(["./trial.sh"], StopGrace: 0.2),
        Epochs: null, CheckpointEvery: 0);

    public Task SendAsync(TrainerCommand command, byte[]? payload = null) => _runner.SendAsync(command, payload, Patience);

    public Task StopAsync(bool checkpoint) => SendAsync(new TrainerCommand.Stop(checkpoint));

    /// <summary>Loads the last checkpoint, from which the next program goes on.</summary>
    public Task LoadCheckpointAsync() => _runner.LoadCheckpointAsync(Checkpoint, Patience);

    public async Task BeginAsync(string script, Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram>? change = null)
    {
        var bytes = FolderArchive.Write([new("trial.sh", Encoding.UTF8.GetBytes($"#!/bin/sh\n{script}\n"), IsExecutable: true)]);
        await BeginAsync(new ProgramFolder(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), 1), (change ?? (run => run))(Run()));
    }

    public async Task BeginAsync(ProgramFolder folder, TrainerCommand.RunProgram run)
    {
        _objective = run.Objective.Metric.Name;
        await _runner.LoadFolderAsync(folder, Patience);
        await SendAsync(run);
    }

    public async Task<(TrainerEvent Last, List<(int Epoch, double Loss)> Epochs, int Checkpoints)> RunAsync(
        string script, Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram>? change = null)
    {
        await BeginAsync(script, change);
        return await EndAsync();
    }

    /// <summary>Waits for the end of the program that runs.</summary>
    public async Task<(TrainerEvent Last, List<(int Epoch, double Loss)> Epochs, int Checkpoints)> EndAsync()
    {
        var epochs = new List<(int, double)>();
        for (var checkpoints = 0; ;)
        {
            var message = await NextAsync();
            if (message is TrainerEvent.Reported report)
                epochs.Add((report.Epoch, report.Metrics[_objective]));
            else if (message is TrainerEvent.CheckpointWritten)
                checkpoints++;
            else if (message is TrainerEvent.ProgramEnded or TrainerEvent.Failed or TrainerEvent.Stopped)
                return (message, epochs, checkpoints);
        }
    }

    /// <summary>The next event that says something of the trial.</summary>
    public async Task<TrainerEvent> NextAsync()
    {
        while (true)
        {
            var next = await _runner.ReceiveAsync(Patience).WaitAsync(Poll.Patience, Patience);
            var (message, payload) = next ?? throw new InvalidOperationException($"The runner ended: {string.Join('\n', Log)}");
            if (message is TrainerEvent.CheckpointWritten)
                Checkpoint = payload;
            if (message is not (TrainerEvent.Progress or TrainerEvent.Ready or TrainerEvent.Began))
                return message;
        }
    }

    /// <summary>Waits until the log has the line.</summary>
    public Task LoggedAsync(string line) =>
        Poll.UntilAsync(() => Task.FromResult(Log.Contains(line)), $"the line {line}", () => string.Join('\n', Log));

    /// <summary>Waits for a line that begins so, and returns the rest of it.</summary>
    public async Task<string> LoggedAfterAsync(string beginning)
    {
        string? found = null;
        await Poll.UntilAsync(
            () => Task.FromResult((found = Log.FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal))) is not null),
            $"a line that begins with {beginning}");
        return found![beginning.Length..];
    }
}
