using System.Net.Sockets;
using Npgsql;
using Sweep.Client.Datasets;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;
using Sweep.Client.SweepFiles;
using Sweep.Security;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Commands;

/// <summary>What an exception means to a user: one line and an exit code.</summary>
internal sealed record Failure(ExitCode Code, string Line)
{
    private const string CheckAddress = "Check --postgres or SWEEP_POSTGRES.";

    public static Failure Of(Exception error)
    {
        var (code, message) = error switch
        {
            AggregateException { InnerExceptions: [var only] } => Of(only).Pair,
            OperationCanceledException => (ExitCode.Interrupted, "Interrupted."),
            WrongInputException or SweepFileException or DatasetException => (ExitCode.WrongInput, error.Message),
            PoolerException => (ExitCode.Unreachable, $"--postgres: {error.Message}"),
            RequestRefusedException => (ExitCode.Refused, error.Message),
            LocalClusterException or ClusterUnreachableException or DatabaseVersionException or CertificateException =>
                (ExitCode.Unreachable, error.Message),
            SiloEndedException => (ExitCode.SiloEnded, error.Message),
            PostgresException postgres => (ExitCode.Unreachable, Explain(postgres)),
            NpgsqlException => (ExitCode.Unreachable, $"The database does not answer: {DatabaseFault.Explain(error)} {CheckAddress}"),
            SocketException => (ExitCode.Unreachable, $"The cluster does not answer: {error.Message}"),
            TimeoutException => (ExitCode.Unreachable, $"The cluster does not answer in time: {error.Message}"),
            // The type is compared by name, so that a command that needs no silo does not load Orleans.
            _ when error.GetType().FullName!.StartsWith("Orleans.", StringComparison.Ordinal) =>
                (ExitCode.Unreachable, $"The cluster does not answer: {error.Message}"),
            IOException or UnauthorizedAccessException => (ExitCode.WrongInput, error.Message),
            _ => (ExitCode.Refused, $"{error.Message} ({error.GetType().Name}; SWEEP_DEBUG=1 shows where)"),
        };
        return new(
            code,
            Printable.Line(string.Join(
                ' ', message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
    }

    private (ExitCode Code, string Line) Pair => (Code, Line);

    private static string Explain(PostgresException error)
    {
        // An exception that came through a silo keeps its code (in Data) and its message, but not the members that Npgsql sets.
        var state = error.SqlState ?? error.Data[nameof(PostgresException.SqlState)] as string ?? "";
        return Explain(state, error.MessageText ?? error.Message.Replace($"{state}: ", "", StringComparison.Ordinal));
    }

    private static string Explain(string state, string text) => state switch
    {
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction =>
            $"The database has no tables of this version of Sweep ({text}). Start a silo on it, or run: sweep db migrate",
        PostgresErrorCodes.InsufficientPrivilege => $"The database refuses: {text}. Connect as a role that may read its tables.",
        PostgresErrorCodes.TooManyConnections => FullServer.Explain(text),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CannotConnectNow => "The database was stopped.",
        PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The database refuses: {text}. {CheckAddress}",
        _ => $"The database reports: {text} ({state})",
    };
}
