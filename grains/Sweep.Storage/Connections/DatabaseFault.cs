using System.Data.Common;
using System.Security.Authentication;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>What an error of the database means to those who run it. All faults but <see cref="Refused"/> may end without help.</summary>
public enum DatabaseFault
{
    /// <summary>The server does not answer, is starting or stopping, or refuses the connection.</summary>
    Unreachable,

    /// <summary>The server's disk has no room left.</summary>
    DiskFull,

    /// <summary>The server refuses the statement: a privilege or a table is missing, or it cannot hold the data.</summary>
    Refused,

    /// <summary>The server cannot run the statement now: locks, no connection or memory left, a time limit, or a standby.</summary>
    Busy,
}

public static class DatabaseFaults
{
    extension(DatabaseFault fault)
    {
        /// <summary>The fault behind an error or one of its inner errors; null when none of them comes from a database.</summary>
        public static DatabaseFault? Find(Exception error)
        {
            for (Exception? inner = error; inner is not null; inner = inner.InnerException)
            {
                // An error from another silo keeps the code only in Data; the property is empty.
                if (((inner as PostgresException)?.SqlState ?? inner.Data[nameof(PostgresException.SqlState)] as string) is { } state)
                    return DatabaseFault.Of(state);
            }

            for (Exception? inner = error; inner is not null; inner = inner.InnerException)
            {
                if (inner is DbException)
                    return DatabaseFault.Unreachable;
            }

            return null;
        }

        /// <summary>The fault of a code of PostgreSQL. Source: the manual's appendix "PostgreSQL Error Codes".</summary>
        /// <param name="sqlState">Five characters, of which the first two are the class.</param>
        public static DatabaseFault Of(string sqlState) => sqlState switch
        {
            PostgresErrorCodes.DiskFull => DatabaseFault.DiskFull,
            // A server is read-only when it became a standby, or when its owner made it so to keep the disk from filling up.
            PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled => DatabaseFault.Busy,
            // These time limits, of a transaction and of an idle one, end the connection.
            "25P03" or "25P04" => DatabaseFault.Unreachable,
            // The classes are: connection, authorization, no such database, operator.
            ['0', '8', ..] or ['2', '8', ..] or ['3', 'D', ..] or ['5', '7', ..] => DatabaseFault.Unreachable,
            // The classes are: rollback (deadlock, serialization), resources, object state (locks), system, snapshot too old, settings.
            ['4', '0', ..] or ['5', '3', ..] or ['5', '5', ..] or ['5', '8', ..] or ['7', '2', ..] or ['F', '0', ..] => DatabaseFault.Busy,
            _ => DatabaseFault.Refused,
        };

        /// <summary>What went wrong with a connection, down to its cause, in one line.</summary>
        public static string Explain(Exception error)
        {
            // Npgsql tried each of several hosts, some of them twice, so an explanation may repeat.
            if (error is NpgsqlException { InnerException: AggregateException hosts })
                return string.Join(' ', hosts.InnerExceptions.Select(Explain).Distinct());
            if (error is NpgsqlException { InnerException: null, Message: "No suitable host was found." })
                return "None of the hosts is a primary: they are standbys, or do not answer.";
            var cause = error is NpgsqlException ? error.GetBaseException() : error;
            var what = ReferenceEquals(cause, error) ? error.Message : $"{error.Message} {cause.Message.TrimEnd('.')}.";
            if (cause is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full)
                return FullServer.Explain(full.MessageText);
            return cause is AuthenticationException
                ? $"{what} The server's certificate must name the host of the connection string "
                    + "and be issued by the authority that is trusted: ca.crt in the folder SWEEP_CERTIFICATES, or Root Certificate."
                : what;
        }

        /// <summary>What the user should do, in one line.</summary>
        public string Advice() => fault switch
        {
            DatabaseFault.Unreachable => "PostgreSQL cannot be reached; all is stored when it is back.",
            DatabaseFault.DiskFull => "PostgreSQL's disk is full: free some space; nothing is lost meanwhile.",
            DatabaseFault.Refused => "PostgreSQL refuses it; the error says why.",
            DatabaseFault.Busy => "PostgreSQL cannot do it now; it is asked again.",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };

        /// <summary>The fault's name in metrics, such as <c>disk_full</c>.</summary>
        public string Name() => StoredName.Of(fault);
    }
}
