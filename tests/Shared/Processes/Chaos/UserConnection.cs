using System.Data.Common;
using System.Net.Sockets;
using Npgsql;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Contracts;
using Sweep.Storage.Connections;

namespace Sweep.Processes.Chaos;

/// <summary>Sends orders as the command line does, and repeats an order that is not answered, as a person would.</summary>
internal sealed class UserConnection(string connectionString, string user, ChaosJournal journal) : IAsyncDisposable
{
    private const int MostTries = 6;

    /// <summary>Longest time of a call. It is shorter than a client's, since a silo that dies during a call never answers.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private NpgsqlDataSource? _source;
    private GrainConnection? _connection;

    /// <summary>The orders that were answered with an error that a caller cannot handle.</summary>
    public List<string> Complaints { get; } = [];

    /// <returns>The answer; null when none of the tries was answered.</returns>
    public async Task<CommandReply?> SendAsync(UserOrder order, Func<IGrainFactory, Task<CommandReply>> call)
    {
        for (var tries = 1; tries <= MostTries; tries++)
        {
            try
            {
                var reply = await CallAsync(call).WaitAsync(CallLimit);
                order.Answer(journal.Now, reply.Accepted);
                journal.Say($"{user}: {order}: {(reply.Accepted ? "" : "refused: ")}{reply.Message}");
                return reply;
            }
            catch (Exception error) when (IsUnreachable(error))
            {
                journal.Say($"{user}: {order}: no answer ({error.GetType().Name}: {error.Message})");
            }
            catch (Exception error)
            {
                Complaints.Add($"{order} was answered with {error.GetType().Name}: {error.Message}");
                journal.Say($"{user}: {order}: {error.GetType().Name}: {error.Message}");
            }

            order.Miss();
            if (tries % 2 == 0)
                await DisposeAsync();
            await Task.Delay(Pause);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
        (_connection, _source) = (null, null);
    }

    private async Task<CommandReply> CallAsync(Func<IGrainFactory, Task<CommandReply>> call) =>
        await call((_connection ??= await GrainConnection.OpenAsync(
            _source ??= Database.Open(connectionString), certificates: null, Task.CompletedTask, CancellationToken.None)).Grains);

    /// <summary>Whether the command line ends on this error with the exit code for a cluster that cannot be reached.</summary>
    private static bool IsUnreachable(Exception error) =>
        error is TimeoutException or OrleansException or ClusterUnreachableException or DbException or SocketException
            or OperationCanceledException;
}
