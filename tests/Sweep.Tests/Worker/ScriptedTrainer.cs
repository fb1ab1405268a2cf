using System.Collections.Concurrent;
using System.Threading.Channels;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Silo.Trainers;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Worker;

/// <summary>A trainer that sends the events of a test, passes self-tests by itself, and can freeze.</summary>
internal sealed class ScriptedTrainer : ITrainer
{
    private readonly Channel<(TrainerEvent, byte[])> _events = Channel.CreateUnbounded<(TrainerEvent, byte[])>();
    private readonly Channel<TrainerCommand> _commands = Channel.CreateUnbounded<TrainerCommand>();
    private readonly TaskCompletionSource _disposed = new();
    private readonly TaskCompletionSource _frozen = new();
    private readonly SemaphoreSlim _asked = new(0);

    public string? Death { get; private set; }

    public Action<string>? Log { get; set; }

    /// <summary>Returns why a self-test fails; null if it passes.</summary>
    public Func<string?> Complaint { get; init; } = () => null;

    /// <summary>The type of the command at which the trainer freezes before it takes the command from its pipe.</summary>
    public Type? FrozenAt { get; init; }

    public bool NeverEnds { get; init; }

    public bool IsDisposed => _disposed.Task.IsCompleted;

    /// <summary>The cells that self-tests have trained. A whole self-test trains each of them once.</summary>
    public ConcurrentQueue<CellKind> TestedCells { get; } = new();

    public int SelfTests => TestedCells.Count(cell => cell == default);

    /// <summary>All commands that the trainer was sent, except those of self-tests.</summary>
    public ConcurrentQueue<TrainerCommand> Commands { get; } = new();

    public async Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (command.GetType() == FrozenAt)
        {
            _frozen.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        if (command is TrainerCommand.Train { Trial: 0 } selfTest)
        {
            TestedCells.Enqueue(selfTest.Parameters.Cell);
            if (Complaint() is { } complaint)
            {
                Emit(new TrainerEvent.Failed(Domain.Trials.FailureReason.TrainerError, complaint));
                return;
            }

            Emit(Events.Epoch(1));
            Emit(Events.Succeeded);
            return;
        }

        Commands.Enqueue(command);
        _commands.Writer.TryWrite(command);
    }

    public async Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation)
    {
        _asked.Release();
        return await _events.Reader.WaitToReadAsync(cancellation) && _events.Reader.TryRead(out var next) ? next : null;
    }

    /// <summary>Waits until one more event is requested.</summary>
    public async Task AskedAsync() =>
        Assert.True(
            await _asked.WaitAsync(Poll.Patience), $"waited {Poll.Patience.TotalSeconds} s for the trainer to be asked for an event");

    public void Emit(TrainerEvent happened, params byte[] payload) => _events.Writer.TryWrite((happened, payload));

    public void EmitEpochs(int first, int last)
    {
        for (var epoch = first; epoch <= last; epoch++)
            Emit(Events.Epoch(epoch));
    }

    /// <summary>Waits for a command of this type. The commands before it are dropped.</summary>
    public async Task<T> ReceivedAsync<T>()
        where T : TrainerCommand
    {
        using var limit = new CancellationTokenSource(Poll.Patience);
        try
        {
            await foreach (var command in _commands.Reader.ReadAllAsync(limit.Token))
            {
                if (command is T received)
                    return received;
            }
        }
        catch (OperationCanceledException)
        {
            // The exception below reports the time-out.
        }

        throw new InvalidOperationException($"Waited {Poll.Patience.TotalSeconds} s for the trainer to be sent {typeof(T).Name}.");
    }

    public Task FrozenAsync() => _frozen.Task.WaitAsync(Poll.Patience);

    public Task EndedAsync() => _disposed.Task.WaitAsync(Poll.Patience);

    public void Kill()
    {
        Death ??= "killed";
        _events.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        _disposed.TrySetResult();
        if (NeverEnds)
            await Task.Delay(Timeout.Infinite);
    }
}
