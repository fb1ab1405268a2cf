using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sweep.Grains;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class SweepSiloOptionsTests
{
    [Theory]
    [InlineData("postgres", "", "postgres: found nothing")]
    [InlineData("slots", "-1", "slots: expected")]
    [InlineData("slots", "many", "slots: found many; expected a whole number.")]
    [InlineData("devices", "gpu", "devices: expected")]
    [InlineData("threads", "0", "threads: expected")]
    [InlineData("siloport", "70000", "silo-port: expected")]
    [InlineData("slotspergpu", "0", "slots-per-gpu: expected")]
    [InlineData("labels", "gpu h200", "labels: expected")]
    [InlineData("role", "boss", "role: expected")]
    [InlineData("name", "a b", "name: expected")]
    [InlineData("parent", "tty", "parent: expected")]
    public void A_wrong_value_is_refused_at_the_start(string key, string value, string message)
    {
        var error = Assert.Throws<ValidationException>(() => From(key, value));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Values_come_from_the_configuration()
    {
        var options = From("slots", "4");
        Assert.Equal(4, options.Slots);
        Assert.Equal(1, options.Threads);
    }

    [Theory]
    [InlineData("--slot", "silo: found --slot; expected one of --postgres, --slots")]
    [InlineData("slots", "silo: found slots; expected one of")]
    [InlineData("--slots", "silo: found --slots without a value")]
    public void A_wrong_command_line_is_refused_in_one_line(string argument, string message)
    {
        var error = Assert.Throws<ValidationException>(() => SiloCommandLine.Parse([argument]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_command_line_reads_like_the_environment()
    {
        var options = SweepSiloOptions.From(SiloCommandLine.Parse(["--postgres", "Host=somewhere", "--silo-port=11", "--slots-per-gpu", "4", "--labels", "gpu=h200,rack=3", "--role", "control"]));
        Assert.Equal((11, 4, SiloRole.Control), (options.SiloPort, options.SlotsPerGpu, options.SiloRole));
        Assert.Equal(["gpu=h200", "rack=3"], options.LabelList);
    }

    [Fact]
    public void An_address_that_nobody_knows_is_refused()
    {
        var error = Assert.Throws<ValidationException>(() => new SweepSiloOptions { Address = "no.such.host.invalid" }.FindAddress());
        Assert.Contains("address: found no.such.host.invalid", error.Message, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", new SweepSiloOptions().FindAddress().ToString());
    }

    private static SweepSiloOptions From(string key, string value) =>
        SweepSiloOptions.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["postgres"] = "Host=somewhere", [key] = value }).Build());
}
