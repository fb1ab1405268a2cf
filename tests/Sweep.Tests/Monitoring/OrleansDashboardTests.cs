using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.Security;

namespace Sweep.Tests.Monitoring;

public sealed class OrleansDashboardTests(PostgresServer server)
{
    /// <summary>Paths of the page, a script, the numbers and the stream of logs, and one that leads to nothing.</summary>
    private static readonly string[] Paths =
    [
        "/dashboard", "/dashboard/", "/Dashboard/index.html", "/dashboard/index.min.js", "/dashboard/DashboardCounters",
        "/dashboard/Trace", "/dashboard/nothing",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboard_is_served_only_when_an_option_asks_for_it()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        foreach (var path in Paths)
            Assert.Equal(HttpStatusCode.NotFound, (await silo.Http.GetAsync(path, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task The_dashboard_shows_every_silo_even_those_that_do_not_serve_it()
    {
        await using var plain = await TestSilo.StartAsync(server, new());
        await using var silo = await TestSilo.StartAsync(
            server, new(), connectionString: plain.ConnectionString, change: options => options.Dashboard = true);
        var page = await silo.Http.GetAsync("/dashboard/", Cancellation);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("index.min.js", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        string[]? states = null;
        await Poll.UntilAsync(
            async () =>
            {
                using var counters = JsonDocument.Parse(await silo.Http.GetStringAsync("/dashboard/DashboardCounters", Cancellation));
                states =
                [
                    .. counters.RootElement.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("status").GetString()!),
                ];
                return states is ["Active", "Active"];
            },
            "two active silos",
            () => string.Join(", ", states ?? []));
        // The stream of the log is refused, since an open one would keep a silo from stopping.
        Assert.Equal(HttpStatusCode.Forbidden, (await silo.Http.GetAsync("/dashboard/Trace", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await plain.Http.GetAsync("/dashboard/", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task From_another_machine_the_dashboard_is_refused_with_a_hint_on_how_to_open_it()
    {
        var address = OwnAddress.Find().ToString();
        await using var silo = await TestSilo.StartAsync(
            server, new(), change: options => (options.HttpAddress, options.Dashboard) = ("0.0.0.0", true));
        using var elsewhere = From(address, silo);
        foreach (var path in Paths)
        {
            var answer = await elsewhere.GetAsync(path, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{path}: {answer.StatusCode}");
            Assert.Contains("--dashboard-password-file", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/healthz", Cancellation)).StatusCode);
        using var here = From("127.0.0.1", silo);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/dashboard/", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task From_another_machine_the_password_opens_the_dashboard()
    {
        var (address, file) = (OwnAddress.Find().ToString(), Path.GetTempFileName());
        await File.WriteAllTextAsync(file, "swordfish\n", Cancellation);
        await using var silo = await TestSilo.StartAsync(
            server, new(),
            change: options => (options.HttpAddress, options.Dashboard, options.DashboardPasswordFile) = ("0.0.0.0", true, file));
        File.Delete(file);
        using var elsewhere = From(address, silo);
        foreach (var path in Paths)
        {
            var refused = await elsewhere.GetAsync(path, Cancellation);
            Assert.True(refused.StatusCode == HttpStatusCode.Unauthorized, $"{path}: {refused.StatusCode}");
            Assert.Equal("Basic", refused.Headers.WwwAuthenticate.Single().Scheme);
        }

        elsewhere.DefaultRequestHeaders.Authorization = Password("minnow");
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.GetAsync("/dashboard/", Cancellation)).StatusCode);
        elsewhere.DefaultRequestHeaders.Authorization = Password("swordfish");
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/dashboard/", Cancellation)).StatusCode);
    }

    private static AuthenticationHeaderValue Password(string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"sweep:{password}")));

    /// <summary>Makes a client whose requests come from this address of the machine, since they go to it.</summary>
    private static HttpClient From(string address, TestSilo silo) =>
        new(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new UriBuilder("http", address, silo.Http.BaseAddress!.Port).Uri,
        };
}
