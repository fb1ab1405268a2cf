using System.Net;
using System.Text;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class DashboardAccessTests
{
    private const string Password = "to be: or not";

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.1.2.3", 200)]
    [InlineData("::1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("10.0.0.7", 403)]
    [InlineData("::ffff:10.0.0.7", 403)]
    [InlineData("fd00::2", 403)]
    [InlineData(null, 403)]
    public void Without_a_password_only_the_silos_own_machine_sees_the_dashboard(string? from, int status)
    {
        var access = new DashboardAccess(null);
        Assert.Equal(status, access.Judge(from is null ? null : IPAddress.Parse(from), null));
        // Without a password no password is right, not even the empty one.
        Assert.Equal(status, access.Judge(from is null ? null : IPAddress.Parse(from), Basic("any:")));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.7")]
    public void With_a_password_every_caller_who_gives_it_sees_the_dashboard(string from)
    {
        var access = new DashboardAccess(Password);
        Assert.Equal(200, access.Judge(IPAddress.Parse(from), Basic($"any:{Password}")));
        Assert.Equal(200, access.Judge(IPAddress.Parse(from), Basic($":{Password}")));
        foreach (var wrong in new[]
        {
            null, "", "Basic", "Basic ", "Basic !", $"Bearer {Password}", Password, Basic(""), Basic("any:"), Basic($"any:{Password}."),
            Basic($"any:{Password[..^1]}"), Basic($"{Password}:any"),
        })
            Assert.True(access.Judge(IPAddress.Parse(from), wrong) == 401, $"{wrong} was let in");
    }

    private static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
