using Sweep.Tests.Postgres;
using Sweep.Tests.Silo;

namespace Sweep.Tests.Monitoring;

/// <summary>
/// Tests what the alert StorageRefused is made from. In a process with several silos their values are mixed, so this is a real one.
/// </summary>
public sealed class RefusalCountTests(PostgresServer server)
{
    [Fact]
    public async Task A_silo_counts_refusals_from_0_so_that_the_first_one_is_a_growth()
    {
        using var silo = SiloRun.Start(await server.NewDatabaseAsync(), []);
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{await silo.ReadyAsync()}/metrics");
        var metrics = await http.GetStringAsync(address, TestContext.Current.CancellationToken);
        Assert.Matches("sweep_storage_failures_total\\{kind=\"refused\"\\} 0", metrics);
    }
}
