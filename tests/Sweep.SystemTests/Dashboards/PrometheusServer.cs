using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sweep.Processes;

namespace Sweep.SystemTests.Dashboards;

/// <summary>
/// Debian's Prometheus with the repository's configuration, except that it scrapes every second and discovers silos at a given address.
/// </summary>
public sealed class PrometheusServer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private int _process;

    private PrometheusServer(int port) =>
        _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(10) };

    public static string Configuration => Path.Combine(BuiltPrograms.Repository, "deploy", "prometheus");

    /// <summary>Skips the test when a program of Prometheus is missing.</summary>
    public static void SkipWithout(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(
            folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"{program} is not installed: apt-get install prometheus");
    }

    /// <param name="folder">Folder for the server's data, log and configuration.</param>
    /// <param name="discovery">Address of a silo's <c>/sd</c>.</param>
    public static async Task<PrometheusServer> StartAsync(string folder, string discovery)
    {
        Directory.CreateDirectory(folder);
        var port = FreePort();
        foreach (var file in new[] { "prometheus.yml", "alerts.yml" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Configuration, file));
            await File.WriteAllTextAsync(Path.Combine(folder, file), file == "alerts.yml" ? text : Quick(text, discovery, port));
        }

        var server = new PrometheusServer(port);
        var log = Path.Combine(folder, "prometheus.log");
        string[] command =
        [
            "setpriv", "--pdeathsig", "KILL", "sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", log,
            "prometheus", $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ];
        // The death signal follows the thread that started the process, so that thread waits for it.
        new Thread(() => server.Attend(command)) { IsBackground = true, Name = "prometheus" }.Start();
        await Waiting.UntilAsync($"Prometheus to be ready (its log: {log})", StartLimit, async () =>
            server._ended.Task.IsCompleted
                ? throw new InvalidOperationException(await File.ReadAllTextAsync(log))
                : (await server._http.GetAsync("/-/ready")).IsSuccessStatusCode);
        return server;
    }

    /// <summary>Returns the member <c>data</c> of an answer of the server's API.</summary>
    public async Task<JsonElement> GetAsync(string address)
    {
        var answer = JsonDocument.Parse(await (await _http.GetAsync(address)).Content.ReadAsStringAsync()).RootElement;
        Assert.True(answer.GetProperty("status").GetString() == "success", $"{Uri.UnescapeDataString(address)}: {answer}");
        return answer.GetProperty("data");
    }

    /// <summary>Returns how many series of a query have a number, either now or in the last minute.</summary>
    public async Task<int> SeriesAsync(string query, bool instant)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var data = await GetAsync(instant
            ? $"/api/v1/query?query={Uri.EscapeDataString(query)}"
            : $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={now - 60}&end={now}&step=5");
        return data.GetProperty("result").EnumerateArray().Count(series => instant
            ? IsNumber(series.GetProperty("value"))
            : series.GetProperty("values").EnumerateArray().Any(IsNumber));
    }

    public void Dispose()
    {
        if (_process != 0)
            ProcessSignal.Terminate.Send(_process);
        if (!_ended.Task.Wait(EndLimit))
            ProcessSignal.Kill.Send(_process);
        _http.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Quick(string configuration, string discovery, int port) => configuration
        .Replace("10s", "1s", StringComparison.Ordinal).Replace("5s", "1s", StringComparison.Ordinal)
        .Replace("http://control:9464/sd", discovery, StringComparison.Ordinal)
        .Replace("localhost:9090", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), StringComparison.Ordinal);

    private static bool IsNumber(JsonElement sample) => sample[1].GetString() is not ("NaN" or "+Inf" or "-Inf");

    private void Attend(string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        _process = process.Id;
        process.WaitForExit();
        _ended.SetResult();
    }
}
