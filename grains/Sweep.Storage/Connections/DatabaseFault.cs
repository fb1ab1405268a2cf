using System.Data.Common;
using System.Security.Authentication;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>What an error of the database means to those who run it. All but <see cref="Refused"/> may pass by themselves.</summary>
public enum DatabaseFault
{
    /// <summary>It does not answer, is just starting or stopping, or lets nobody in.</summary>
    Unreachable,

    /// <summary>It has no room left.</summary>
    DiskFull,

    /// <summary>It answers and will not do it: a missing privilege or table, or data that it cannot hold.</summary>
    Refused,

    /// <summary>It answers and cannot do it now: locks, no connection or memory left, a time limit, a standby that only reads.</summary>
    Busy,
}

public static class DatabaseFaults
{
    extension(DatabaseFault fault)
    {
        /// <summary>The fault that an error tells of, itself or by what it carries inside; null where no database is in it.</summary>
        public static DatabaseFault? Find(Exception error)
        {
            for (Exception? inner = error; inner is not null; inner = inner.InnerException)
            {
                // An error that came from another silo has kept the code, and lost the property that Npgsql reads it from.
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

        /// <summary>What a code of PostgreSQL means. Source: the manual's appendix "PostgreSQL Error Codes".</summary>
        /// <param name="sqlState">Five characters, of which the first two are the class.</param>
        public static DatabaseFault Of(string sqlState) => sqlState switch
        {
            PostgresErrorCodes.DiskFull => DatabaseFault.DiskFull,
            // A server that became a standby, and one whose owner keeps it from being filled.
            PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled => DatabaseFault.Busy,
            // Time limits that end the connection, the transaction's own among them.
            "25P03" or "25P04" => DatabaseFault.Unreachable,
            // Connection, authorization, no such database, operator.
            ['0', '8', ..] or ['2', '8', ..] or ['3', 'D', ..] or ['5', '7', ..] => DatabaseFault.Unreachable,
            // Rollback (deadlock, serialization), resources, object state (locks), system, snapshot too old, the server's own files.
            ['4', '0', ..] or ['5', '3', ..] or ['5', '5', ..] or ['5', '8', ..] or ['7', '2', ..] or ['F', '0', ..] => DatabaseFault.Busy,
            _ => DatabaseFault.Refused,
        };

        /// <summary>What went wrong with a connection, down to its cause, in one line.</summary>
        public static string Explain(Exception error)
        {
            // Of several hosts each was tried, some of them twice.
            if (error is NpgsqlException { InnerException: AggregateException hosts })
                return string.Join(' ', hosts.InnerExceptions.Select(Explain).Distinct());
            if (error is NpgsqlException { InnerException: null, Message: "No suitable host was found." })
                return "None of the hosts is a primary: they are standbys, or do not answer.";
            var cause = error is NpgsqlException ? error.GetBaseException() : error;
            var what = ReferenceEquals(cause, error) ? error.Message : $"{error.Message} {cause.Message.TrimEnd('.')}.";
            if (cause is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full)
                return FullServer.Explain(full.MessageText);
            return cause is AuthenticationException
                ? $"{what} The server's certificate must name the host of the connection string and be issued by the authority that is trusted: ca.crt in the folder SWEEP_CERTIFICATES, or Root Certificate."
                : what;
        }

        /// <summary>What to do, in one line.</summary>
        public string Advice() => fault switch
        {
            DatabaseFault.Unreachable => "PostgreSQL cannot be reached; all is stored when it is back.",
            DatabaseFault.DiskFull => "PostgreSQL's disk is full: free some space; nothing is lost meanwhile.",
            DatabaseFault.Refused => "PostgreSQL refuses it; the error says why.",
            DatabaseFault.Busy => "PostgreSQL cannot do it now; it is asked again.",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };

        /// <summary>The name in metrics: <c>disk_full</c>.</summary>
        public string Name() => StoredName.Of(fault);
    }
}
