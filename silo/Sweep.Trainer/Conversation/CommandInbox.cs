using System.Threading.Channels;
using Sweep.Domain.Protocol;

namespace Sweep.Trainer.Conversation;

/// <summary>
/// The silo's commands in the order in which they were sent. A separate thread reads them, so that the end of the stream is noticed while a
/// step runs.
/// </summary>
internal sealed class CommandInbox
{
    private readonly Channel<(TrainerCommand Command, byte[] Payload)> _commands = Channel.CreateUnbounded<(TrainerCommand, byte[])>();

    /// <param name="ended">
    /// Called on the reading thread when no more commands will come: with null when the stream ended, with the error when the stream breaks
    /// the protocol.
    /// </param>
    public CommandInbox(Stream stream, Action<ProtocolException?> ended) =>
        new Thread(() => Read(stream, ended)) { IsBackground = true, Name = "commands" }.Start();

    /// <summary>Waits for the next command.</summary>
    public (TrainerCommand Command, byte[] Payload) Next() => _commands.Reader.ReadAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Takes the next command if it is there and is <see cref="TrainerCommand.Stop"/>.</summary>
    public TrainerCommand.Stop? TakeStop()
    {
        if (!_commands.Reader.TryPeek(out var next) || next.Command is not TrainerCommand.Stop stop)
            return null;
        _commands.Reader.TryRead(out _);
        return stop;
    }

    /// <summary>
    /// Waits for <see cref="TrainerCommand.GoOn"/> or <see cref="TrainerCommand.Stop"/>, and returns the second; null for the first.
    /// </summary>
    /// <exception cref="TrainerException">Another command came.</exception>
    public TrainerCommand.Stop? TakeJudgement() => Next().Command switch
    {
        TrainerCommand.GoOn => null,
        TrainerCommand.Stop stop => stop,
        var other => throw new TrainerException($"The trainer waits to be judged, and was sent {other.GetType().Name}."),
    };

    private void Read(Stream stream, Action<ProtocolException?> ended)
    {
        try
        {
            while (Frame.ReadAsync<TrainerCommand>(stream, CancellationToken.None).GetAwaiter().GetResult() is var (command, payload))
                _commands.Writer.TryWrite((command, payload));
            ended(null);
        }
        catch (ProtocolException error)
        {
            ended(error);
        }
    }
}
