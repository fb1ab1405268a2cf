using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class SweepSiloOptionsTests
{
    [Theory]
    [InlineData("postgres", "", "postgres: found nothing")]
    [InlineData("slots", "-1", "slots: expected")]
    [InlineData("slots", "many", "many")]
    [InlineData("devices", "gpu", "devices: expected")]
    [InlineData("threads", "0", "threads: expected")]
    [InlineData("siloport", "70000", "siloport: expected")]
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

    private static SweepSiloOptions From(string key, string value) =>
        SweepSiloOptions.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["postgres"] = "Host=somewhere", [key] = value }).Build());
}
