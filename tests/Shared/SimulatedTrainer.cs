using System.Threading.Channels;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Simulation;

/// <summary>
/// A trainer that trains nothing. It reports a falling loss for each epoch of a trial, at full speed, at a given pace, or one epoch each
/// time the gate opens.
/// </summary>
public sealed class SimulatedTrainer(SimulatedTrainers trainers) : ITrainer
{
    private readonly Channel<(TrainerEvent, byte[])> _events = Channel.CreateUnbounded<(TrainerEvent, byte[])>();
    private volatile TrainerCommand.Stop? _stop;
    private CancellationTokenSource _stopping = new();
    private TaskCompletionSource _goesOn = new();
    private int _resumeAt;

    public string? Death { get; private set; }

    public Action<string>? Log { private get; set; }

    public Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        switch (command)
        {
            case TrainerCommand.LoadCheckpoint:
                _resumeAt = payload.Span[0];
                break;
            case TrainerCommand.Stop stop:
                _stop = stop;
                _stopping.Cancel();
                _goesOn.TrySetResult();
                break;
            case TrainerCommand.GoOn:
                _goesOn.TrySetResult();
                break;
            case TrainerCommand.Train train:
                _ = TrainAsync(train);
                break;
            default:
                break;
        }

        return Task.CompletedTask;
    }

    public async Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation) =>
        await _events.Reader.WaitToReadAsync(cancellation) && _events.Reader.TryRead(out var next) ? next : null;

    public void Kill()
    {
        Death ??= "killed";
        _events.Writer.TryComplete();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        return ValueTask.CompletedTask;
    }

    private async Task TrainAsync(TrainerCommand.Train train)
    {
        _stop = null;
        _stopping = new();
        Log?.Invoke($"trial {train.Trial}, attempt {train.Attempt} from epoch {_resumeAt}");
        if (trainers.Environment is { } environment)
            Emit(new TrainerEvent.Began(environment));
        for (var epoch = _resumeAt + 1; epoch <= train.Parameters.Epochs; epoch++)
        {
            if ((trainers.GateOf(train) ?? trainers.Gate) is { } gate)
                await gate.WaitAsync(_stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (trainers.Pace > TimeSpan.Zero)
                await Task.Delay(trainers.Pace);
            if (Stopped(epoch - 1))
                return;
            if (trainers.Fault?.Invoke(train, epoch) is { } fault)
            {
                _resumeAt = 0;
                if (fault is TrainerEvent.Failed)
                    Emit(fault);
                else
                    Kill();
                return;
            }

            var loss = trainers.Loss(train, epoch);
            var rate = train.Parameters.LearningRate;
            var isJudged = train.JudgedAt?.Contains(epoch) == true;
            if (isJudged)
                _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Emit(new TrainerEvent.EpochFinished(new EpochMetrics(epoch, loss, loss + 0.1, 1 / (1 + loss), rate, 0.001, 1_000)));
            if (isJudged && _stop is null)
            {
                await _goesOn.Task;
                if (Stopped(epoch))
                    return;
            }

            if (train.CheckpointEvery == 0)
                Emit(new TrainerEvent.CheckpointWritten(epoch, 0), [(byte)epoch]);
        }

        _resumeAt = 0;
        if (trainers.FinalCheckpoint)
            Emit(new TrainerEvent.CheckpointWritten(train.Parameters.Epochs, 0), [(byte)train.Parameters.Epochs]);
        Emit(new TrainerEvent.Succeeded(new TrialResult(
            0.01, 0.1, 10_000, 1_000, 4_000, trainers.Macs(train), 100, 20, 1 << 20, "to be")));
    }

    /// <summary>Stops the training when it was asked to.</summary>
    /// <param name="epochs">The epochs that were trained.</param>
    private bool Stopped(int epochs)
    {
        if (_stop is not { } stop)
            return false;
        if (stop.Checkpoint)
            Emit(new TrainerEvent.CheckpointWritten(epochs, 0), [(byte)epochs]);
        _resumeAt = 0;
        Emit(new TrainerEvent.Stopped());
        return true;
    }

    private void Emit(TrainerEvent happened, byte[]? payload = null) => _events.Writer.TryWrite((happened, payload ?? []));
}

/// <summary>Makes simulated trainers and decides how they fail.</summary>
public sealed class SimulatedTrainers : ITrainerFactory
{
    /// <summary>Where the trainers say that they train; null where they do not say it.</summary>
    public AttemptEnvironment? Environment { get; init; }

    /// <summary>A gate of which each epoch of any trainer takes one permit; null for no gate.</summary>
    public SemaphoreSlim? Gate { get; init; }

    /// <summary>A gate of which each epoch of one trial takes a permit; null for <see cref="Gate"/>.</summary>
    public Func<TrainerCommand.Train, SemaphoreSlim?> GateOf { get; init; } = _ => null;

    /// <summary>The training loss of an epoch of a trial. The validation loss is 0.1 above it.</summary>
    public Func<TrainerCommand.Train, long> Macs { get; init; } = _ => 2_000;

    public Func<TrainerCommand.Train, int, double> Loss { get; init; } = (train, epoch) => 4.0 / (epoch + (train.Trial % 7));

    /// <summary>Duration of an epoch.</summary>
    public TimeSpan Pace { get; init; }

    /// <summary>
    /// Decides what happens before an epoch: a <see cref="TrainerEvent.Failed"/> fails the trial, any other event ends the trainer, and
    /// null does nothing.
    /// </summary>
    public Func<TrainerCommand.Train, int, TrainerEvent?>? Fault { get; init; }

    public bool FinalCheckpoint { get; init; }

    public Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation) =>
        Task.FromResult<ITrainer>(new SimulatedTrainer(this));
}
