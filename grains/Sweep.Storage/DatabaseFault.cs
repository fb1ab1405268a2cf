using System.Security.Authentication;
using Npgsql;

namespace Sweep.Storage;

/// <summary>What an error of the database means to those who run it.</summary>
public enum DatabaseFault
{
    /// <summary>It does not answer, or is just starting or stopping.</summary>
    Unreachable,

    /// <summary>It has no room left.</summary>
    DiskFull,

    /// <summary>It answers and refuses.</summary>
    Refused,
}

public static class DatabaseFaults
{
    extension(DatabaseFault fault)
    {
        public static DatabaseFault Of(Exception error) => error switch
        {
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => DatabaseFault.DiskFull,
            PostgresException { IsTransient: false, SqlState: not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown) } => DatabaseFault.Refused,
            _ => DatabaseFault.Unreachable,
        };

        /// <summary>What went wrong with a connection, down to its cause, in one line.</summary>
        public static string Explain(Exception error)
        {
            var cause = error is NpgsqlException ? error.GetBaseException() : error;
            var what = ReferenceEquals(cause, error) ? error.Message : $"{error.Message} {cause.Message.TrimEnd('.')}.";
            if (cause is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full)
                return $"{full.MessageText}. Raise PostgreSQL's max_connections (or the limit of the role or database), or let each silo have fewer: Maximum Pool Size=16 in its connection string.";
            return cause is AuthenticationException
                ? $"{what} The server's certificate must name the host of the connection string and be issued by the authority that is trusted: ca.crt in the folder SWEEP_CERTIFICATES, or Root Certificate."
                : what;
        }

        /// <summary>What to do, in one line.</summary>
        public string Advice() => fault switch
        {
            DatabaseFault.Unreachable => "PostgreSQL does not answer; all is stored when it is back.",
            DatabaseFault.DiskFull => "PostgreSQL's disk is full: free some space; nothing is lost meanwhile.",
            DatabaseFault.Refused => "PostgreSQL refuses them; the error says why.",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
        };

        /// <summary>The name in metrics: <c>disk_full</c>.</summary>
        public string Name() => StoredName.Of(fault);
    }
}
