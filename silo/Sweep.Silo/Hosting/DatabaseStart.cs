using System.Globalization;
using System.Security.Authentication;
using Npgsql;
using Sweep.Silo.Delivery;
using Sweep.Silo.Monitoring;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Prepares the database before the silo joins: waits for it, checks that it can be used, and brings its tables up to date.
/// </summary>
/// <param name="patience">How long to wait for a database that does not answer.</param>
/// <param name="say">Writes a line for the person or program that started the silo.</param>
internal sealed class DatabaseStart(NpgsqlDataSource source, DatabaseClock clock, TimeSpan patience, TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Least time that one check may take, even when less of the patience is left.</summary>
    private static readonly TimeSpan LeastLook = TimeSpan.FromSeconds(5);

    /// <exception cref="DatabaseUnusableException">
    /// The database did not answer in time, or cannot be used. The message is one line.
    /// </exception>
    /// <exception cref="DatabaseVersionException">The database's tables belong to another version of Sweep.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        for (var waits = false; ; waits = true)
        {
            var left = patience - time.GetElapsedTime(began);
            using var limit = new CancellationTokenSource(left > LeastLook ? left : LeastLook, time);
            using var look = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                await LookAsync(look.Token);
                await Migrator.MigrateAsync(source, cancellation);
                return;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested && MayPass(error, waits))
            {
                var waited = time.GetElapsedTime(began);
                if (waited + Pause >= patience)
                    throw new DatabaseUnusableException($"{Explain(error)} It was waited for {Seconds(waited)} (--wait).", error);
                if (!waits)
                    say(
                        $"postgres: the database does not answer: {Explain(error)} " +
                        $"It is waited for, at most {Seconds(patience)} (--wait).");
                await Task.Delay(Pause, time, cancellation);
            }
            catch (NpgsqlException error) when (!cancellation.IsCancellationRequested)
            {
                throw new DatabaseUnusableException(Explain(error), error);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var asked = time.GetUtcNow();
        await using var command = new NpgsqlCommand(
            "select clock_timestamp(), pg_is_in_recovery(), current_setting('transaction_read_only')::boolean", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        clock.Measure(asked, row.GetFieldValue<DateTimeOffset>(0), time.GetUtcNow());
        if (row.GetBoolean(1))
        {
            throw new DatabaseUnusableException(
                "It is a standby, which takes no writes. Name the primary, or all of them: Host=a,b;Target Session Attributes=primary.");
        }

        if (row.GetBoolean(2))
        {
            throw new DatabaseUnusableException(
                "It takes no writes from this user: default_transaction_read_only is on. Set it off: " +
                "alter role … set default_transaction_read_only = off, or for the database, or in postgresql.conf.");
        }

        if (!clock.IsBearable)
            throw new DatabaseUnusableException($"This machine's clock would have silos declared dead that live: {clock.Complaint}.");
    }

    /// <summary>
    /// Whether the database may be usable a little later. Waiting does not help when it refuses the silo, or when a certificate does not
    /// fit.
    /// </summary>
    /// <param name="waits">
    /// Whether the database was away before. On a new server the database itself may be created a little after the server starts.
    /// </param>
    private bool MayPass(Exception error, bool waits) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => waits,
        // A running silo keeps trying when its password no longer fits or the server became a standby. A silo that starts reports it
        // instead.
        PostgresException
        {
            SqlState: ['2', '8', ..] or PostgresErrorCodes.ProtocolViolation or PostgresErrorCodes.ReadOnlySqlTransaction,
        } => false,
        PostgresException => DatabaseFault.Find(error) is DatabaseFault.Unreachable or DatabaseFault.Busy,
        // When several hosts are listed, it may be that none of them is the primary yet.
        NpgsqlException { InnerException: null } =>
            new NpgsqlConnectionStringBuilder(source.ConnectionString).Host?.Contains(',', StringComparison.Ordinal) == true,
        NpgsqlException => error.GetBaseException() is not AuthenticationException,
        _ => error is OperationCanceledException or TimeoutException,
    };

    private static string Explain(Exception error) =>
        (error is OperationCanceledException ? "it takes connections and says nothing" : OneLine.Of(DatabaseFault.Explain(error))) + ".";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}

/// <summary>The cluster's database cannot be used by this silo. The message is one line, with a full stop.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
