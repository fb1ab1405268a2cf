using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>
/// All that is sent to one trainer process and received from it, from its start to its end: a text, a checkpoint, a training, a stop.
/// Whatever the process does, a training has exactly one outcome. One caller at a time uses this object, and the owner of the process ends
/// the process as soon as it is not usable any more.
/// </summary>
internal sealed class TrainerConversation(ITrainer trainer, TimeProvider time)
{
    /// <summary>The longest time that a trainer may take to write its checkpoint and stop; after that it is killed.</summary>
    public static readonly TimeSpan CheckpointLimit = TimeSpan.FromSeconds(20);

    /// <summary>The longest time that a trainer may take to stop when its result is not needed; after that it is killed.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private State _state;
    private StallWatch _watch = StallWatch.None;
    private ITrainingListener? _listener;
    private string? _loaded;
    private int _checkpointEpoch;
    private volatile bool _stopIsSent;

    private enum State
    {
        /// <summary>No answer of the process is expected, and it keeps nothing but a text.</summary>
        Idle,

        /// <summary>The process keeps a checkpoint, from which its next training goes on.</summary>
        CheckpointLoaded,

        /// <summary>
        /// A command is being sent, or its answer is expected. The state stays so after a command that was cut short, because the process
        /// may still answer that.
        /// </summary>
        Busy,
    }

    /// <summary>Whether another training may begin: the process lives, and no answer to an earlier command can still come.</summary>
    public bool IsUsable => _state == State.Idle && trainer.Death is null;

    /// <summary>Whether the process keeps this text, or this folder of a program.</summary>
    public bool HasLoaded(string sha256) => _loaded == sha256;

    /// <summary>Begins a training: its log, epochs and checkpoints go to this listener from now on.</summary>
    public void Begin(ITrainingListener listener, StallWatch watch)
    {
        if (_state != State.Idle)
            throw new InvalidOperationException($"A training cannot begin on a trainer that is {_state}.");
        (_listener, _watch) = (listener, watch);
        trainer.Log = listener.Log;
    }

    /// <summary>Sends a text, unless it is loaded already. A faulty text becomes the outcome of the training that needs it.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <exception cref="TrainerStalledException">The process does not read what is sent.</exception>
    public Task LoadTextAsync(string sha256, byte[] text, CancellationToken cancellation) =>
        LoadAsync(new TrainerCommand.LoadDataset(sha256), sha256, text, cancellation);

    /// <summary>Sends the folder of a program, unless it is loaded already; otherwise as <see cref="LoadTextAsync"/>.</summary>
    /// <exception cref="TrainerStalledException">The process does not read what is sent.</exception>
    public Task LoadFolderAsync(string sha256, byte[] archive, CancellationToken cancellation) =>
        LoadAsync(new TrainerCommand.LoadFolder(sha256), sha256, archive, cancellation);

    private async Task LoadAsync(TrainerCommand command, string sha256, byte[] bytes, CancellationToken cancellation)
    {
        if (HasLoaded(sha256))
            return;
        var before = Enter(cancellation);
        _loaded = null;
        await _watch.WithinAsync(trainer.SendAsync(command, bytes, cancellation));
        _loaded = sha256;
        _state = before;
    }

    /// <summary>
    /// Sends the checkpoint from which the training goes on, or the weights of another trial, from which it begins. An error in it becomes
    /// the outcome of that training.
    /// </summary>
    /// <exception cref="TrainerStalledException">The process does not read what is sent.</exception>
    public async Task LoadCheckpointAsync(StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        Enter(cancellation);
        await _watch.WithinAsync(trainer.SendAsync(new TrainerCommand.LoadCheckpoint(checkpoint.Sha256), checkpoint.Data, cancellation));
        _checkpointEpoch = checkpoint.Epoch;
        _state = State.CheckpointLoaded;
    }

    /// <summary>Trains on the text, from the checkpoint if one was loaded.</summary>
    /// <param name="stop">Ends when the training shall stop. When it has ended before the call, no training begins.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled. The process may still train.</exception>
    public Task<TrainerOutcome> TrainAsync(
        TrainerCommand.Train command, Task<TrainerCommand.Stop> stop, CancellationToken cancellation = default) =>
        TrainAsync(command, TrainingTerms.Of(command), stop, cancellation);

    /// <summary>Runs a program in the folder that was loaded; otherwise as the training of the built-in model.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled. The program may still run.</exception>
    public Task<TrainerOutcome> RunAsync(
        TrainerCommand.RunProgram command, Task<TrainerCommand.Stop> stop, CancellationToken cancellation = default) =>
        TrainAsync(command, TrainingTerms.Of(command), stop, cancellation);

    private async Task<TrainerOutcome> TrainAsync(
        TrainerCommand command, TrainingTerms terms, Task<TrainerCommand.Stop> stop, CancellationToken cancellation)
    {
        if (stop.IsCompleted)
            return new TrainerOutcome.Stopped();
        Enter(cancellation);
        _stopIsSent = false;
        try
        {
            await _watch.WithinAsync(trainer.SendAsync(command, default, cancellation));
            var (outcome, isLastWord) = await OutcomeAsync(terms, stop, cancellation);
            // The answer to a stop that came too late is still to come, and the next training would take it for its own.
            if (isLastWord && (outcome is TrainerOutcome.Stopped) == _stopIsSent)
                _state = State.Idle;
            return outcome;
        }
        catch (TrainerStalledException error)
        {
            return stop.IsCompleted ? new TrainerOutcome.Stopped() : new TrainerOutcome.Stalled(error.Message);
        }
    }

    /// <summary>Writes text with the checkpoint that was loaded.</summary>
    /// <returns>One of the outcomes generated, failed and died.</returns>
    public async Task<TrainerOutcome> GenerateAsync(TrainerCommand.Generate command, CancellationToken cancellation)
    {
        Enter(cancellation);
        await trainer.SendAsync(command, default, cancellation);
        switch ((await trainer.ReceiveAsync(cancellation))?.Event)
        {
            case TrainerEvent.Generated(var text):
                _state = State.Idle;
                return new TrainerOutcome.Generated(text);
            case TrainerEvent.Failed(var reason, var message):
                _state = State.Idle;
                return Failed(reason, message);
            case null:
                return Died();
            case var other:
                return Nonsense($"Asked for text, the trainer sent {other}");
        }
    }

    /// <returns>False when the process was killed and has not ended in time.</returns>
    public Task<bool> EndAsync() => trainer.EndAsync(time);

    private State Enter(CancellationToken cancellation)
    {
        // A call that is cancelled before the first byte leaves the process usable; one that is cut short later does not.
        cancellation.ThrowIfCancellationRequested();
        if (_state == State.Busy)
            throw new InvalidOperationException("Nothing more can be asked of a trainer before it answered, or after it was cut short.");
        var before = _state;
        _state = State.Busy;
        return before;
    }

    private async Task<(TrainerOutcome Outcome, bool IsLastWord)> OutcomeAsync(
        TrainingTerms terms, Task<TrainerCommand.Stop> stop, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource();
        var stopping = StopWhenAskedAsync(terms, stop, over.Token);
        try
        {
            if (await LastWordAsync(terms, cancellation) is { } outcome)
                return outcome;
            // The process ended by itself, or it was killed because it did not stop in time.
            return (stop.IsCompleted ? new TrainerOutcome.Stopped() : Died(), false);
        }
        finally
        {
            await over.CancelAsync();
            await stopping;
        }
    }

    /// <summary>
    /// Reads the process's events up to the one that ends the training. The answer is null when the process ended before that.
    /// </summary>
    private async Task<(TrainerOutcome Outcome, bool IsLastWord)?> LastWordAsync(TrainingTerms terms, CancellationToken cancellation)
    {
        var trained = _checkpointEpoch;
        var hasBegun = false;
        _checkpointEpoch = 0;
        while (await _watch.WithinAsync(trainer.ReceiveAsync(cancellation)) is var (happened, payload))
        {
            switch (happened)
            {
                case TrainerEvent.Progress(var share) when share is null or (>= 0 and < 1):
                    _listener!.Progressed(share);
                    break;
                case TrainerEvent.Began(var environment) when !hasBegun:
                    hasBegun = true;
                    _listener!.Began(environment);
                    break;
                case var _ when terms.EpochIn(happened, trained) is { } report:
                    trained = report.Epoch;
                    await _listener!.EpochFinishedAsync(report);
                    // When a stop is on its way at the same time, the trainer obeys what comes first and ignores the other.
                    if (terms.JudgedAt?.Contains(trained) == true && await _listener.GoesOnAsync(trained))
                        await _watch.WithinAsync(trainer.SendAsync(new TrainerCommand.GoOn(), default, cancellation));
                    break;
                case TrainerEvent.CheckpointWritten(var epoch, var step) when epoch == trained && step >= 0:
                    _listener!.CheckpointWritten(epoch, step, payload);
                    break;
                case var _ when terms.EndIn(happened, trained) is { } end:
                    return (end, true);
                case TrainerEvent.Failed(var reason, var message):
                    return (Failed(reason, message), true);
                case TrainerEvent.Stopped when _stopIsSent:
                    return (new TrainerOutcome.Stopped(), true);
                default:
                    var limit = terms.Epochs is { } epochs ? $" of {epochs}" : "";
                    return (Nonsense($"After epoch {trained}{limit} the trainer sent {happened}"), false);
            }
        }

        return null;
    }

    /// <summary>Sends the stop that is asked for, and kills a process that does not stop within the limit.</summary>
    private async Task StopWhenAskedAsync(TrainingTerms terms, Task<TrainerCommand.Stop> asked, CancellationToken over)
    {
        try
        {
            var stop = await asked.WaitAsync(over);
            over.ThrowIfCancellationRequested();
            _stopIsSent = true;
            // The limit runs while the stop is being sent, because a process that hangs may not even read it.
            var limit = stop.Checkpoint ? terms.CheckpointLimit : terms.StopLimit;
            await Task.WhenAll(trainer.SendAsync(stop, default, over), KillAfterAsync(limit, over));
        }
        catch (OperationCanceledException)
        {
            // The training ended by itself, or it stopped in time.
        }
    }

    private async Task KillAfterAsync(TimeSpan limit, CancellationToken over)
    {
        await Task.Delay(limit, time, over);
        trainer.Kill();
    }

    private TrainerOutcome.Died Died() => new(trainer.Death ?? "the trainer ended");

    /// <summary>The failure that a trainer reports. Only some reasons are a trainer's to report; the others become its own error.</summary>
    private static TrainerOutcome.Failed Failed(FailureReason reason, string message) =>
        new(reason.IsTrainers() ? reason : FailureReason.TrainerError, message);

    private static TrainerOutcome.Failed Nonsense(string found) => new(FailureReason.TrainerError, $"{found}, which makes no sense then.");
}
