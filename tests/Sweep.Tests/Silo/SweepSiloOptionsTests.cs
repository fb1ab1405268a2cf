using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sweep.Grains;
using Sweep.Security;
using Sweep.Silo.Hosting;
using Sweep.Storage.Connections;

namespace Sweep.Tests.Silo;

public sealed class SweepSiloOptionsTests
{
    [Theory]
    [InlineData("postgres", "", "postgres: found nothing")]
    [InlineData("postgres", "Hots=db", "postgres: ")]
    [InlineData("postgres", "Host=db;Hots=", "postgres: found an unknown key. Write Host=")]
    [InlineData("postgres", "Database=sweep", "postgres: found no host. Write Host=")]
    [InlineData(
        "postgres", "Host=db;Minimum Pool Size=9;Maximum Pool Size=2",
        "postgres: Connection can't have 'Max Pool Size' 2 under 'Min Pool Size' 9")]
    [InlineData("slots", "-1", "slots: expected")]
    [InlineData("slots", "many", "slots: found many; expected a whole number.")]
    [InlineData("devices", "gpu", "devices: expected")]
    [InlineData("threads", "0", "threads: expected")]
    [InlineData("siloport", "70000", "silo-port: expected")]
    [InlineData("slotspergpu", "0", "slots-per-gpu: expected")]
    [InlineData("labels", "gpu h200", "labels: expected")]
    [InlineData("role", "boss", "role: expected")]
    [InlineData("name", "a b", "name: expected")]
    [InlineData("logformat", "xml", "log-format: expected text or json.")]
    [InlineData("dashboard", "maybe", "dashboard: found maybe; expected true or false.")]
    [InlineData("wait", "-1", "wait: expected whole seconds")]
    [InlineData("parent", "tty", "parent: expected")]
    public void A_wrong_value_is_refused_at_the_start(string key, string value, string message)
    {
        var error = Assert.Throws<ValidationException>(() => From(key, value));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_database_may_be_named_as_psql_takes_it()
    {
        var options = From("postgres", "postgresql://ada@db:6543/sweep");
        Assert.Equal("postgresql://ada@db:6543/sweep?sslmode=verify-full", PostgresAddress.ToUri(options.Postgres));
    }

    [Fact]
    public void Values_are_read_from_the_configuration()
    {
        var options = From("slots", "4");
        Assert.Equal(4, options.Slots);
        Assert.Equal(1, options.Threads);
    }

    [Theory]
    [InlineData("--slot", "silo: found --slot; expected one of --postgres, --postgres-password-file, --slots")]
    [InlineData("slots", "silo: found slots; expected one of")]
    [InlineData("--slots", "silo: found --slots without a value")]
    public void A_wrong_command_line_is_refused_in_one_line(string argument, string message)
    {
        var error = Assert.Throws<ValidationException>(() => SiloCommandLine.Parse([argument]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Options_of_the_command_line_have_the_names_of_the_environment_variables()
    {
        var options = SweepSiloOptions.From(SiloCommandLine.Parse(
            [
                "--postgres", "Host=somewhere", "--silo-port=11", "--slots-per-gpu", "4", "--labels", "gpu=h200,rack=3", "--role",
                "control",
            ]));
        Assert.Equal((11, 4, SiloRole.Control), (options.SiloPort, options.SlotsPerGpu, options.SiloRole));
        Assert.Equal(["gpu=h200", "rack=3"], options.LabelList);
    }

    [Theory]
    [InlineData(true, "--dashboard", "--slots", "4")]
    [InlineData(true, "--slots", "4", "--dashboard")]
    [InlineData(false, "--dashboard=false", "--slots", "4")]
    [InlineData(false, "--slots", "4")]
    public void A_flag_needs_no_value(bool shown, params string[] arguments)
    {
        var options = SweepSiloOptions.From(SiloCommandLine.Parse(["--postgres", "Host=somewhere", .. arguments]));
        Assert.Equal((shown, 4), (options.Dashboard, options.Slots));
    }

    [Fact]
    public void The_password_of_the_dashboard_is_read_from_its_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            var options = new SweepSiloOptions { DashboardPasswordFile = file };
            Assert.Contains(
                "whose first line is empty", Assert.Throws<ValidationException>(options.ReadDashboardPassword).Message,
                StringComparison.Ordinal);
            File.WriteAllText(file, "to be or not\n");
            Assert.Equal("to be or not", options.ReadDashboardPassword());
        }
        finally
        {
            File.Delete(file);
        }

        var missing = new SweepSiloOptions { DashboardPasswordFile = "/nowhere/password" };
        Assert.Contains(
            "dashboard-password-file: found /nowhere/password as the file of the password, which cannot be read",
            Assert.Throws<ValidationException>(missing.ReadDashboardPassword).Message, StringComparison.Ordinal);
        Assert.Null(new SweepSiloOptions().ReadDashboardPassword());
    }

    [Fact]
    public void An_unknown_address_is_refused()
    {
        var error = Assert.Throws<ValidationException>(() => new SweepSiloOptions { Address = "no.such.host.invalid" }.FindAddress());
        Assert.Contains("address: found no.such.host.invalid", error.Message, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", new SweepSiloOptions().FindAddress().ToString());
    }

    [Theory]
    [InlineData("no.such.host.invalid")]
    [InlineData("")]
    public void An_unknown_address_for_http_is_refused(string address)
    {
        var error = Assert.Throws<ValidationException>(() => new SweepSiloOptions { HttpAddress = address }.FindHttpAddress());
        Assert.StartsWith($"http-address: found {address}, which cannot be resolved", error.Message, StringComparison.Ordinal);
        Assert.Contains("0.0.0.0 for all of them", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Http_is_served_only_to_this_machine_unless_an_address_is_named()
    {
        Assert.Equal("127.0.0.1", new SweepSiloOptions { Address = "10.0.0.7" }.FindHttpAddress().ToString());
        Assert.Equal("0.0.0.0", new SweepSiloOptions { HttpAddress = "0.0.0.0" }.FindHttpAddress().ToString());
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("fd00::7")]
    public void No_silo_listens_beyond_loopback_without_certificates(string address)
    {
        var options = new SweepSiloOptions { Postgres = "Host=somewhere", Address = address };
        foreach (var start in (Action[])[() => options.OpenCertificates(), () => SiloHost.Build(options, ["cpu"])])
        {
            var message = Assert.Throws<CertificateException>(start).Message;
            Assert.Contains(
                "`sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for silo --out FOLDER`", message,
                StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }

        Assert.Null(new SweepSiloOptions { Address = "localhost" }.OpenCertificates());
    }

    private static SweepSiloOptions From(string key, string value) =>
        SweepSiloOptions.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection(new Dictionary<string, string?> { ["postgres"] = "Host=somewhere", [key] = value }).Build());
}
