using System.Threading.Channels;
using Sweep.Domain.Protocol;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>A trainer that says what a test tells it to say, passes self-tests by itself, and may be frozen.</summary>
internal sealed class ScriptedTrainer : ITrainer
{
    private readonly Channel<(TrainerEvent, byte[])> _says = Channel.CreateUnbounded<(TrainerEvent, byte[])>();
    private readonly Channel<TrainerCommand> _heard = Channel.CreateUnbounded<TrainerCommand>();
    private readonly TaskCompletionSource _disposed = new();
    private readonly TaskCompletionSource _frozen = new();
    private readonly SemaphoreSlim _asked = new(0);

    public string? Death { get; private set; }

    public Action<string>? Log { get; set; }

    /// <summary>Why self-tests fail; null while they pass.</summary>
    public Func<string?> Complaint { get; init; } = () => null;

    /// <summary>The kind of command that it does not take from its pipe.</summary>
    public Type? FrozenAt { get; init; }

    public bool NeverEnds { get; init; }

    public bool IsDisposed => _disposed.Task.IsCompleted;

    public int SelfTests { get; private set; }

    public async Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (command.GetType() == FrozenAt)
        {
            _frozen.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        if (command is TrainerCommand.Train { Trial: 0 })
        {
            SelfTests++;
            Say(Complaint() is { } complaint ? new TrainerEvent.Failed(Domain.Trials.FailureReason.TrainerError, complaint) : Events.Succeeded);
            return;
        }

        _heard.Writer.TryWrite(command);
    }

    public async Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation)
    {
        _asked.Release();
        return await _says.Reader.WaitToReadAsync(cancellation) && _says.Reader.TryRead(out var next) ? next : null;
    }

    /// <summary>Waits until it is asked for one more event.</summary>
    public async Task AskedAsync() => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(10)), "waited 10 s for the trainer to be asked for an event");

    public void Say(TrainerEvent happened, params byte[] payload) => _says.Writer.TryWrite((happened, payload));

    /// <summary>Waits for a command; those before it are gone.</summary>
    public async Task<T> HeardAsync<T>()
        where T : TrainerCommand
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await foreach (var command in _heard.Reader.ReadAllAsync(limit.Token))
            {
                if (command is T heard)
                    return heard;
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        throw new InvalidOperationException($"Waited 10 s for the trainer to be told {typeof(T).Name}.");
    }

    public Task FrozenAsync() => _frozen.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public Task EndedAsync() => _disposed.Task.WaitAsync(TimeSpan.FromSeconds(10));

    public void Kill()
    {
        Death ??= "killed";
        _says.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        _disposed.TrySetResult();
        if (NeverEnds)
            await Task.Delay(Timeout.Infinite);
    }
}

/// <summary>Starts scripted trainers, or does not.</summary>
internal sealed class ScriptedTrainers(Func<int, Task<ITrainer>> start) : ITrainerFactory
{
    private int _starts;

    public ScriptedTrainers(params ScriptedTrainer[] trainers)
        : this(index => Task.FromResult<ITrainer>(index < trainers.Length ? trainers[index] : new ScriptedTrainer()))
    {
    }

    public int Starts => _starts;

    public Task<ITrainer> StartAsync(string device, CancellationToken cancellation) => start(Interlocked.Increment(ref _starts) - 1).WaitAsync(cancellation);
}

internal static class Events
{
    public static readonly TrainerEvent Succeeded = new TrainerEvent.Succeeded(new(0.01, 0.1, 10_000, 1_000, 4_000, 2_000, 100, 20, 1 << 20, "to be"));

    public static TrainerEvent LastEpoch => Epoch(AttemptStage.Epochs);

    public static TrainerEvent Epoch(int epoch) => new TrainerEvent.EpochFinished(new(epoch, 1.0 / epoch, 1.0 / epoch, 0.5, 0.01, 0.1, 100));
}
