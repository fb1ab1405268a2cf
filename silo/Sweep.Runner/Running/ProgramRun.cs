using System.ComponentModel;
using System.Globalization;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Runner.Conversation;
using Sweep.Runner.Processes;
using Sweep.Runner.Reports;

namespace Sweep.Runner.Running;

/// <summary>One attempt of a program, from its folder to the end of its last process.</summary>
internal sealed class ProgramRun(TrainerCommand.RunProgram run, CommandInbox inbox, RunnerOutput output, ProgramPlace place)
{
    private const int LongestLogLine = 4_000, MostOthers = 10;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly SemaphoreSlim _reporting = new(1, 1);
    private readonly SemaphoreSlim _judgements = new(0);
    private readonly LastLines _errors = new(), _lines = new();
    private readonly TaskCompletionSource<TrainerCommand.Stop> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProgramMistakeException> _mistake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CapturedLines? _captured = run.Program.Capture is { } patterns ? new(patterns) : null;
    private readonly Lock _hearing = new();
    private long _progressed = TimeProvider.System.GetTimestamp();
    private readonly SortedSet<string> _others = new(StringComparer.Ordinal);
    private EpochReporter? _reporter;
    private CheckpointFolder? _checkpoints;
    private volatile bool _hasSaidHello;
    private bool _isOver, _endsHere, _hasLackedNumber;
    private string? _unreadable, _lacking;

    private bool IsAskedForCheckpoint => _stop.Task is { IsCompleted: true, Result.Checkpoint: true };

    /// <summary>The device of each slot that the trial takes.</summary>
    private IReadOnlyList<string> Devices => run.Devices is { Count: > 0 } devices ? devices : [place.Device];

    private int Threads => place.Threads * Devices.Count;

    /// <summary>Runs the program, and sends every event except the final one.</summary>
    /// <param name="folder">The packed folder of the program.</param>
    /// <param name="checkpoint">The checkpoint from which it goes on; null for none.</param>
    /// <returns>The final event.</returns>
    /// <exception cref="InvalidDataException">The folder or the checkpoint is none.</exception>
    public async Task<TrainerEvent> RunAsync(byte[] folder, byte[]? checkpoint)
    {
        var (epoch, first, before, files) = checkpoint is null ? (0, null, default, []) : CheckpointArchive.Read(checkpoint);
        using var scratch = place.Guard.Make(() => new AttemptFolder(place.Scratch, FolderArchive.Read(folder), files));
        using var pipe = place.Guard.Make(() => new ReportPipe(scratch.Root));
        var (time, memoryKills) = (new AttemptClock(before, place.Guard, _clock), MemoryKills.Count);
        var epochs = new ReportedEpochs(epoch, first);
        _reporter = new(run, epochs, output, _clock);
        _checkpoints = new(scratch.Checkpoint, run.CheckpointEvery, epochs, time, output, _clock);
        ProgramProcess program;
        try
        {
            var variables = Variables(scratch, pipe, epoch);
            program = place.Guard.Make(() => ProgramProcess.Start(run.Arguments, scratch.Program, variables));
        }
        catch (CommandNotFoundException error)
        {
            return new TrainerEvent.Failed(FailureReason.CommandNotFound, error.Message);
        }
        catch (Win32Exception error)
        {
            return new TrainerEvent.Failed(FailureReason.CommandNotFound, $"{run.Arguments[0]} cannot be started: {error.Message}");
        }

        using (program)
        {
            await output.SayAsync(new TrainerEvent.Began(new(Torch: null, ProcessorModel.Read(), Capability: null, Threads, Devices[0])));
            place.Guard.Watch(program.Id);
            var main = program.Id;
            await using var memory = new MemoryOfTree(place.Guard, tree => place.Guard.Reap(tree, main));
            output.Log($"attempt {run.Attempt} of {run.Name} starts{(epoch > 0 ? $" after epoch {epoch}" : "")}: "
                + string.Join(' ', run.Arguments));
            using var over = new CancellationTokenSource();
            var commands = ReadCommandsAsync(over.Token);
            var (code, isOverLimit) = await EndOfAsync(program, pipe);
            await over.CancelAsync();
            await commands;
            if (_stop.Task.IsCompleted)
                return new TrainerEvent.Stopped();
            if (_mistake.Task.IsCompleted)
                return new TrainerEvent.Failed(_mistake.Task.Result.Reason, _mistake.Task.Result.Message);
            if (isOverLimit)
            {
                return new TrainerEvent.Failed(FailureReason.TimeLimit, string.Create(
                    CultureInfo.InvariantCulture, $"the program took longer than {run.Program.TimeLimit:0.###} s (program.time_limit)"));
            }

            var (wall, processor) = time.Now;
            return Failure(code, memoryKills) ?? await LastCheckpointAsync()
                ?? new TrainerEvent.ProgramEnded(new(wall.TotalSeconds, processor.TotalSeconds, memory.Bytes));
        }
    }

    private IReadOnlyDictionary<string, string> Variables(AttemptFolder scratch, ReportPipe pipe, int epoch)
    {
        var trial = new Dictionary<string, string>
        {
            ["SWEEP_PARAMETERS"] = run.Parameters,
            ["SWEEP_TRIAL"] = run.Name,
            ["SWEEP_ATTEMPT"] = run.Attempt.ToString(CultureInfo.InvariantCulture),
            ["SWEEP_SEED"] = run.Seed.ToString(CultureInfo.InvariantCulture),
            ["SWEEP_EPOCH"] = epoch.ToString(CultureInfo.InvariantCulture),
            ["SWEEP_CHECKPOINT"] = scratch.Checkpoint,
            ["SWEEP_REPORT"] = pipe.ReportPath,
            ["SWEEP_ANSWER"] = pipe.AnswerPath,
            ["TMPDIR"] = scratch.Temporary,
            [ProgramEnvironment.Mark] = place.Guard.Mark,
        };
        var libraries = Path.Combine(AppContext.BaseDirectory, "Python");
        trial["PYTHONPATH"] = run.Program.Environment?.GetValueOrDefault("PYTHONPATH") is { Length: > 0 } theirs
            ? $"{libraries}:{theirs}"
            : libraries;
        if (run.Epochs is { } epochs)
            trial["SWEEP_EPOCHS"] = epochs.ToString(CultureInfo.InvariantCulture);
        var own = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""));
        return ProgramEnvironment.Of(own, Devices, Threads, trial, run.Program.Environment);
    }

    /// <summary>Waits for the program's end, or brings it about, and reads all that it said.</summary>
    private async Task<(int Code, bool IsOverLimit)> EndOfAsync(ProgramProcess program, ReportPipe pipe)
    {
        var reading = Task.WhenAll(
            EndOfReaderAsync(ReadOutputAsync(program.Output)),
            EndOfReaderAsync(ReadErrorsAsync(program.Error)),
            EndOfReaderAsync(pipe.ReadAsync((line, isRest) => TakeWrittenAsync(line, isRest, pipe))));
        var exit = program.WaitAsync();
        using var over = new CancellationTokenSource();
        var limit = run.Program.TimeLimit is { } seconds
            ? Task.Delay(TimeSpan.FromSeconds(seconds), over.Token)
            : Task.Delay(Timeout.Infinite, over.Token);
        var first = await Task.WhenAny(exit, _stop.Task, _mistake.Task, limit);
        if (first != exit)
        {
            program.Terminate();
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromSeconds(run.Program.StopGrace), over.Token));
            program.Kill();
        }

        // One that the system does not end, because it waits for a disk or a driver, is left to it.
        await Task.WhenAny(exit, Task.Delay(EndLimit, over.Token).ContinueWith(_ => exit.IsCompleted, TaskScheduler.Default));
        var isGone = await place.Guard.KillAllAsync(program.Id) && exit.IsCompleted;
        await pipe.EndAsync();
        if (isGone)
        {
            await reading;
            place.Guard.Watch(ProcessGuard.Nothing);
        }
        else
            await Task.WhenAny(reading, Task.Delay(EndLimit, over.Token));
        await over.CancelAsync();
        await CloseAsync();
        return (exit.IsCompletedSuccessfully ? exit.Result : 128 + NativeCalls.KillAtOnce, first == limit);
    }

    /// <summary>Drops all that a process which could not be ended may still say, so that it is not counted for the next trial.</summary>
    private async Task CloseAsync()
    {
        await _reporting.WaitAsync();
        lock (_hearing)
            _isOver = true;
        _reporting.Release();
    }

    /// <summary>A reader that fails ends the program, which would otherwise wait for ever until somebody reads.</summary>
    private async Task EndOfReaderAsync(Task reader)
    {
        try
        {
            await reader;
        }
        catch (Exception error)
        {
            _mistake.TrySetResult(new(FailureReason.TrainerError, $"what the program says cannot be read: {error.Message}"));
        }
    }

    private async Task ReadOutputAsync(Stream stream)
    {
        var objective = run.Objective.Metric.Name;
        await foreach (var (line, isRedrawn) in CappedLines.ReadShownAsync(stream, ProgramReport.MaxLength))
        {
            await HearAsync(line, isRedrawn, _lines);
            // Other lines of JSON are the program's own.
            var report = ProgramReport.Read(line);
            if (report?.Metrics.ContainsKey(objective) == true)
                await TakePrintedAsync(report);
            else if (_captured is null && MissedReport.Reason(line, objective) is { } reason)
                Miss(ref _unreadable, $"a printed line looks like a report, but {reason}");
            else if (report?.Epoch is not null)
                await TakePrintedAsync(report);
            foreach (var captured in _captured?.Read(line, isRedrawn) ?? [])
                await TakePrintedAsync(captured);
            LogUnnumbered();
        }

        if (_captured?.Take() is { } rest)
            await TakePrintedAsync(rest);
    }

    private async Task ReadErrorsAsync(Stream stream)
    {
        await foreach (var (line, isRedrawn) in CappedLines.ReadShownAsync(stream, LongestLogLine))
            await HearAsync(line, isRedrawn, _errors);
    }

    private void LogUnnumbered()
    {
        if (_hasLackedNumber || _captured?.Unnumbered is not { } name)
            return;
        _hasLackedNumber = true;
        output.Log($"left out: {name} was found before the number of its epoch, or again after the report was complete");
    }

    /// <param name="isRedrawn">Whether the next line is written over it: then it is not in the log, which would have thousands.</param>
    private async Task HearAsync(string line, bool isRedrawn, LastLines last)
    {
        lock (_hearing)
        {
            if (_isOver)
                return;
            if (!isRedrawn)
                output.Log(line.Length <= LongestLogLine ? line : line[..LongestLogLine]);
        }

        if (!isRedrawn)
            last.Add(line);
        if (_clock.GetElapsedTime(Interlocked.Read(ref _progressed)) < ProgressEvery)
            return;
        Interlocked.Exchange(ref _progressed, _clock.GetTimestamp());
        await output.SayAsync(new TrainerEvent.Progress());
    }

    /// <summary>Takes a report that was found in what the program prints, which may also be meant for people alone.</summary>
    private async Task TakePrintedAsync(ProgramReport report)
    {
        if (_hasSaidHello)
            return;
        if (report.Metrics.ContainsKey(run.Objective.Metric.Name))
            await TakeAsync(report with { WantsAnswer = false }, answers: null);
        else
        {
            foreach (var name in report.Metrics.Keys.TakeWhile(_ => _others.Count < MostOthers))
                _others.Add(name);
            Miss(ref _lacking, $"printed reports without {run.Objective.Metric.Name}, the objective");
        }
    }

    /// <summary>Logs the first report of a kind that is left out, and keeps it for the reason of a failure.</summary>
    private void Miss(ref string? first, string what)
    {
        if (first is not null || _hasSaidHello)
            return;
        first = what;
        output.Log($"left out: {what}");
    }

    /// <summary>Takes a line that the program wrote into its pipe.</summary>
    /// <param name="isRest">Whether the program ended before it ended the line, so that how it ended says more than the line.</param>
    private async Task TakeWrittenAsync(string line, bool isRest, ReportPipe pipe)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        if (ProgramReport.Read(line) is not { } report)
        {
            var mistake = UnreadableLine.Describe(line);
            if (isRest)
            {
                output.Log($"left out: {mistake}");
                return;
            }

            _mistake.TrySetResult(new(FailureReason.ProgramFailed, mistake));
            // It may ask for an answer, without which it would wait until it is killed.
            await pipe.AnswerAsync(ReportPipe.Stop);
            return;
        }

        if (report.IsHello)
        {
            _hasSaidHello = true;
            report = report with { Metrics = new Dictionary<string, double>() };
        }

        await TakeAsync(report, pipe);
    }

    /// <param name="answers">Where an answer that the report asks for is given; null for nowhere.</param>
    private async Task TakeAsync(ProgramReport report, ReportPipe? answers)
    {
        await _reporting.WaitAsync();
        try
        {
            if (_isOver)
                return;
            // A program that learned of the stop at the beginning of an epoch asks once more, and has nothing to report.
            if (IsAskedForCheckpoint && report is { WantsAnswer: true, Metrics.Count: 0 })
                await _checkpoints!.SendAsync(_reporter!.Last, always: true);
            if (!_endsHere && !_mistake.Task.IsCompleted && await _reporter!.TakeAsync(report) is { } epoch)
            {
                // A program that does not wait for an answer may be in the middle of writing its checkpoint.
                if (report.WantsAnswer)
                    await _checkpoints!.SendAsync(epoch, IsAskedForCheckpoint);
                if (run.JudgedAt?.Contains(epoch) == true && epoch != run.Epochs)
                {
                    var goesOn = _judgements.WaitAsync();
                    await Task.WhenAny(goesOn, _stop.Task);
                    _endsHere = !goesOn.IsCompleted;
                }

                // The stop may have come during the wait.
                if (report.WantsAnswer && IsAskedForCheckpoint)
                    await _checkpoints!.SendAsync(epoch, always: true);
            }
        }
        catch (ProgramMistakeException error)
        {
            _mistake.TrySetResult(error);
        }
        finally
        {
            _reporting.Release();
        }

        if (report.WantsAnswer && answers is not null)
            await answers.AnswerAsync(_stop.Task.IsCompleted || _mistake.Task.IsCompleted ? ReportPipe.Stop : ReportPipe.GoOn);
    }

    private async Task ReadCommandsAsync(CancellationToken over)
    {
        try
        {
            while (true)
            {
                var (command, _) = await inbox.NextAsync(over);
                if (command is TrainerCommand.Stop stop)
                {
                    _stop.TrySetResult(stop);
                    return;
                }

                if (command is TrainerCommand.GoOn)
                    _judgements.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The program has ended by itself.
        }
    }

    private TrainerEvent.Failed? Failure(int code, long? memoryKills)
    {
        if (code == 0)
        {
            if (_reporter!.Last > 0)
                return null;
            // Another attempt would print the same.
            return new TrainerEvent.Failed(FailureReason.Impossible, _others.Count > 0
                ? $"the program ended well but it reported {string.Join(", ", _others)}; the objective is {run.Objective.Metric.Name}"
                : $"the program ended well but reported nothing; it has to report {run.Objective.Metric.Name}, and of what it prints "
                    + "standard output alone is read, not standard error; see docs/programs.md"
                    + ((_unreadable ?? _lacking) is { } missed ? $"; left out: {missed}" : ""));
        }

        if (code == 128 + NativeCalls.KillAtOnce && MemoryKills.Count > memoryKills)
        {
            return new TrainerEvent.Failed(
                FailureReason.OutOfMemory, "the system killed the program, since its control group's memory was used up (exit code 137)");
        }

        var signal = code > 128 ? $", which is signal {code - 128}" : "";
        var last = _errors.Text is { } errors ? $"; the last lines of its standard error: {errors}"
            : _lines.Text is { } lines ? $"; the last lines that it printed: {lines}" : "; it printed nothing";
        return new TrainerEvent.Failed(FailureReason.ProgramFailed, $"the program ended with exit code {code}{signal}{last}");
    }

    private async Task<TrainerEvent?> LastCheckpointAsync()
    {
        try
        {
            await _checkpoints!.SendAsync(_reporter!.Last, always: true);
            return null;
        }
        catch (ProgramMistakeException error)
        {
            return new TrainerEvent.Failed(error.Reason, error.Message);
        }
    }
}
