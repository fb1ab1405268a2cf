using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;
using Sweep.Storage.Connections;

namespace Sweep.Tests.Storage;

public sealed class DatabaseFaultTests
{
    /// <summary>Each class of errors in appendix A of PostgreSQL's manual, with the fault that its errors are.</summary>
    private static readonly Dictionary<string, DatabaseFault> Classes = new()
    {
        ["00"] = DatabaseFault.Refused,
        ["01"] = DatabaseFault.Refused,
        ["02"] = DatabaseFault.Refused,
        ["03"] = DatabaseFault.Refused,
        ["08"] = DatabaseFault.Unreachable,
        ["09"] = DatabaseFault.Refused,
        ["0A"] = DatabaseFault.Refused,
        ["0B"] = DatabaseFault.Refused,
        ["0F"] = DatabaseFault.Refused,
        ["0L"] = DatabaseFault.Refused,
        ["0P"] = DatabaseFault.Refused,
        ["0Z"] = DatabaseFault.Refused,
        ["20"] = DatabaseFault.Refused,
        ["21"] = DatabaseFault.Refused,
        ["22"] = DatabaseFault.Refused,
        ["23"] = DatabaseFault.Refused,
        ["24"] = DatabaseFault.Refused,
        ["25"] = DatabaseFault.Refused,
        ["26"] = DatabaseFault.Refused,
        ["27"] = DatabaseFault.Refused,
        ["28"] = DatabaseFault.Unreachable,
        ["2B"] = DatabaseFault.Refused,
        ["2D"] = DatabaseFault.Refused,
        ["2F"] = DatabaseFault.Refused,
        ["34"] = DatabaseFault.Refused,
        ["38"] = DatabaseFault.Refused,
        ["39"] = DatabaseFault.Refused,
        ["3B"] = DatabaseFault.Refused,
        ["3D"] = DatabaseFault.Unreachable,
        ["3F"] = DatabaseFault.Refused,
        ["40"] = DatabaseFault.Busy,
        ["42"] = DatabaseFault.Refused,
        ["44"] = DatabaseFault.Refused,
        ["53"] = DatabaseFault.Busy,
        ["54"] = DatabaseFault.Refused,
        ["55"] = DatabaseFault.Busy,
        ["57"] = DatabaseFault.Unreachable,
        ["58"] = DatabaseFault.Busy,
        ["72"] = DatabaseFault.Busy,
        ["F0"] = DatabaseFault.Busy,
        ["HV"] = DatabaseFault.Refused,
        ["P0"] = DatabaseFault.Refused,
        ["XX"] = DatabaseFault.Refused,
    };

    /// <summary>The errors whose fault differs from that of their class.</summary>
    private static readonly Dictionary<string, DatabaseFault> Codes = new()
    {
        [PostgresErrorCodes.DiskFull] = DatabaseFault.DiskFull,
        [PostgresErrorCodes.QueryCanceled] = DatabaseFault.Busy,
        [PostgresErrorCodes.ReadOnlySqlTransaction] = DatabaseFault.Busy,
        ["25P03"] = DatabaseFault.Unreachable,
        ["25P04"] = DatabaseFault.Unreachable,
    };

    [Fact]
    public void Every_code_of_PostgreSQL_has_the_fault_of_its_class_or_of_its_exception()
    {
        var codes = typeof(PostgresErrorCodes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat(Codes.Keys)
            .Distinct()
            .ToList();
        Assert.True(codes.Count > 200);
        foreach (var code in codes)
        {
            Assert.True(Classes.ContainsKey(code[..2]), $"the test does not know class {code[..2]} of {code}");
            Assert.Equal((code, Codes.GetValueOrDefault(code, Classes[code[..2]])), (code, DatabaseFault.Of(code)));
        }

        Assert.Superset(Classes.Keys.ToHashSet(), codes.Select(code => code[..2]).ToHashSet());
    }

    [Fact]
    public void A_fault_is_found_in_the_exceptions_that_wrap_it_and_in_no_others()
    {
        var denied = new PostgresException("permission denied", "ERROR", "ERROR", "42501");
        Assert.Equal(DatabaseFault.Refused, DatabaseFault.Find(denied));
        Assert.Equal(DatabaseFault.Refused, DatabaseFault.Find(new InvalidOperationException("outside", denied)));
        Assert.Equal(
            DatabaseFault.Busy,
            DatabaseFault.Find(new NpgsqlException("outside", new PostgresException("too many", "FATAL", "FATAL", "53300"))));
        Assert.Equal(DatabaseFault.Unreachable, DatabaseFault.Find(new NpgsqlException("no route", new IOException("cut"))));
        Assert.Null(DatabaseFault.Find(new IOException("a disk")));
        Assert.Null(DatabaseFault.Find(new TimeoutException("a grain")));
    }

    [Fact]
    public void An_exception_from_another_silo_keeps_its_code()
    {
        var services = new ServiceCollection().AddSerializer();
        services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.Add(nameof(Npgsql)));
        var serializer = services.BuildServiceProvider().GetRequiredService<Serializer>();
        var denied = Again(new PostgresException("permission denied", "ERROR", "ERROR", "42501"));
        Assert.Equal(DatabaseFault.Refused, DatabaseFault.Find(denied));
        Assert.Contains("permission denied", denied.Message, StringComparison.Ordinal);
        Assert.Equal(DatabaseFault.Unreachable, DatabaseFault.Find(Again(new NpgsqlException("no route", new IOException("cut")))));

        Exception Again(Exception error) => serializer.Deserialize<Exception>(serializer.SerializeToArray(error))!;
    }
}
