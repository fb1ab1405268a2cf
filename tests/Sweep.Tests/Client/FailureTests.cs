using System.Net.Sockets;
using Npgsql;
using Sweep.Client.Commands;
using Sweep.Client.Datasets;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.SweepFiles;
using Sweep.Security;
using Sweep.Storage.Migrations;

namespace Sweep.Tests.Client;

public sealed class FailureTests
{
    public static TheoryData<Exception, int> Exceptions => new()
    {
        { new RequestRefusedException("no"), 1 },
        { new WrongInputException("no"), 2 },
        { new SweepFileException("file:3: no"), 2 },
        { new DatasetException("url", "no", "expected yes"), 2 },
        { new FileNotFoundException("no"), 2 },
        { new UnauthorizedAccessException("no"), 2 },
        { new LocalClusterException("no"), 3 },
        { new ClusterUnreachableException("no"), 3 },
        { new DatabaseVersionException("no"), 3 },
        { new CertificateException("no"), 3 },
        { new NpgsqlException("no", new SocketException(111)), 3 },
        { new PostgresException("no", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable), 3 },
        { new PostgresException("no", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown), 3 },
        { new SocketException(111), 3 },
        { new TimeoutException("no"), 3 },
        { new Orleans.Runtime.OrleansException("no"), 3 },
        { new SiloEndedException("no"), 4 },
        { new OperationCanceledException(), 130 },
        { new TaskCanceledException(), 130 },
        { new InvalidOperationException("a\ndefect"), 1 },
        { new AggregateException(new WrongInputException("no")), 2 },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Every_exception_is_one_line_and_an_exit_code(Exception error, int code)
    {
        var failure = Failure.Of(error);
        Assert.Equal(code, (int)failure.Code);
        Assert.NotEmpty(failure.Line);
        Assert.DoesNotContain('\n', failure.Line);
    }

    [Fact]
    public void Every_exception_type_of_the_client_has_an_exit_code_of_its_own_choice()
    {
        var types = typeof(Failure).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Exception)));
        var tested = Exceptions.Select(row => row.Data.Item1.GetType()).ToHashSet();
        Assert.All(types, type => Assert.Contains(type, tested));
    }

    [Fact]
    public void A_database_without_tables_names_the_command_that_makes_them() =>
        Assert.Contains(
            "sweep db migrate", Failure.Of(new PostgresException("no sweeps", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable)).Line);
}
