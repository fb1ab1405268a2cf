using System.Threading.Channels;
using Sweep.Domain.Protocol;

namespace Sweep.Runner.Conversation;

/// <summary>The silo's commands in the order in which they were sent.</summary>
internal sealed class CommandInbox
{
    private readonly Channel<(TrainerCommand Command, byte[] Payload)> _commands = Channel.CreateUnbounded<(TrainerCommand, byte[])>();

    /// <summary>
    /// Reads commands until the stream ends. A separate task reads them, so that the end is noticed while a program runs.
    /// </summary>
    /// <param name="ended">Called when no more commands will come: with the error if the stream breaks the protocol.</param>
    public CommandInbox(Stream stream, Action<ProtocolException?> ended) => _ = Task.Run(() => ReadAsync(stream, ended));

    /// <summary>Waits for the next command.</summary>
    public ValueTask<(TrainerCommand Command, byte[] Payload)> NextAsync(CancellationToken cancellation = default) =>
        _commands.Reader.ReadAsync(cancellation);

    private async Task ReadAsync(Stream stream, Action<ProtocolException?> ended)
    {
        try
        {
            while (await Frame.ReadAsync<TrainerCommand>(stream, CancellationToken.None) is { } frame)
                _commands.Writer.TryWrite(frame);
            ended(null);
        }
        catch (ProtocolException error)
        {
            ended(error);
        }
        catch (IOException)
        {
            ended(null);
        }
    }
}
