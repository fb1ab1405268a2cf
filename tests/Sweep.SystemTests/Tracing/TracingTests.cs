using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Processes;
using Sweep.SystemTests.Dashboards;

namespace Sweep.SystemTests.Tracing;

/// <summary>Tests of traces, exemplars and logs with real silos.</summary>
public sealed partial class TracingTests(ITestOutputHelper output)
{
    /// <summary>The port to which OpenTelemetry exports over HTTP by default.</summary>
    private const int DefaultPort = 4318;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_trial_is_one_trace_across_silos_to_which_its_epochs_and_log_refer()
    {
        using var receiver = new OtlpReceiver(PrometheusServer.FreePort());
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        string[] traced =
        [
            "env", $"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "OTEL_BSP_SCHEDULE_DELAY=200",
        ];
        var control = await cluster.AddSiloAsync(1, ["--role", "control"], traced);
        var worker = await cluster.AddSiloAsync(1, ["--role", "worker", "--log-format", "json"], traced);
        // The trigger makes an attempt log that the disk is full for a while.
        await cluster.Database.ValueAsync<object>(
            """
            create function full_disk() returns trigger language plpgsql as $$
            begin raise 'no space left' using errcode = 'disk_full'; end $$;
            create trigger full_disk before insert on checkpoints
              for each row when (new.trial_id = 1000001) execute function full_disk();
            """);
        await SubmitAsync(cluster, "traced");
        await Waiting.UntilAsync(
            "the failure to be logged", Patience,
            () => Task.FromResult(worker.Log.Contains("A checkpoint of trial", StringComparison.Ordinal)));
        await cluster.Database.ValueAsync<object>("drop trigger full_disk on checkpoints");
        await cluster.SweepIsOverAsync("traced", Patience);
        await Waiting.UntilAsync(
            "both roots to be exported", Patience,
            async () => (
                Found: string.Join(", ", receiver.Spans.Select(span => span.Name).Distinct()),
                receiver.Spans.Count(span => span.Name == "trial") == 2));
        var openMetrics = await OpenMetricsAsync(worker);

        // Each trace has the root of a trial, so nothing is exported that belongs to no trial.
        var traces = receiver.Spans.GroupBy(span => span.Trace)
            .ToDictionary(trace => trace.Single(span => span.Name == "trial").Attributes["sweep.trial"], trace => trace.ToList());
        Assert.Equal(["1", "2"], traces.Keys.Order());
        foreach (var span in traces["1"].OrderBy(span => span.Start))
            output.WriteLine(
                $"{(span.End - span.Start) / 1e6,8:0.00} ms  {span.Service.Instance}  {span.Name}  " +
                $"{string.Join(' ', span.Attributes.Where(pair => pair.Key.StartsWith("sweep", StringComparison.Ordinal)))}");

        var trace = traces["1"];
        var root = trace.Single(span => span.Name == "trial");
        Assert.Equal(("", false), (root.Parent, root.IsError));
        Assert.Equal(("sweep-silo", worker.Name), root.Service);
        Assert.Equal(
            "sweep.attempt=1 sweep.cell=gru sweep.id=1 sweep.name=traced sweep.outcome=succeeded sweep.trial=1",
            string.Join(' ', root.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
        var steps = trace.Where(span => span.Parent == root.Id && !span.Name.Contains('/', StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["checkpoint", "dataset", "done", "epoch", "epoch", "epoch", "lease", "queued"], steps.Select(span => span.Name).Order());
        Assert.Equal(
            ["1", "2", "3"],
            steps.Where(span => span.Name == "epoch").OrderBy(span => span.Start).Select(span => span.Attributes["sweep.epoch"]));
        Assert.All(
            trace,
            span => Assert.True(span.Id == root.Id || trace.Exists(parent => parent.Id == span.Parent), $"{span.Name} has no parent"));
        Assert.All(
            steps,
            span => Assert.True(
                span.Start >= root.Start && span.End <= root.End && span.End > span.Start, $"{span.Name} is not within its trial"));
        Assert.True(steps.Single(span => span.Name == "queued").End <= steps.Single(span => span.Name == "lease").Start);

        // The trace contains the grain calls of the trial on both silos.
        Assert.Contains(
            trace, span => span.Name.Contains("ITrialGrain/Complete", StringComparison.Ordinal) && span.Service.Instance == worker.Name);
        Assert.Contains(
            trace, span => span.Name.Contains("ISchedulerGrain/Ended", StringComparison.Ordinal) && span.Service.Instance == control.Name);

        var failed = traces["2"].Single(span => span.Name == "trial");
        Assert.Equal((true, "failed"), (failed.IsError, failed.Attributes["sweep.outcome"]));

        var exemplars = Exemplar().Matches(openMetrics)
            .Select(match => (Trace: match.Groups[1].Value, Span: match.Groups[2].Value))
            .ToList();
        Assert.NotEmpty(exemplars);
        Assert.All(exemplars, exemplar => Assert.Contains(steps, span => span.Name == "epoch" && (span.Trace, span.Id) == exemplar));

        var lines = worker.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.All(lines, line => Assert.True(line.GetProperty("Timestamp").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddHours(-1)));
        // Lines of the log from the worker and from the trial's grain carry the attempt and its trace.
        Assert.Contains(lines, line => Says(line, "A checkpoint of trial 1/1") && Scope(line) == (1, 1, 1) && IsOf(line, root.Trace));
        Assert.Contains(lines, line => Says(line, "attempt 1 failed") && Scope(line) == (1, 2, 1) && IsOf(line, failed.Trace));
    }

    [Fact]
    public async Task A_silo_without_an_endpoint_exports_nothing()
    {
        OtlpReceiver receiver;
        try
        {
            receiver = new OtlpReceiver(DefaultPort);
        }
        catch (HttpListenerException error)
        {
            Assert.Skip($"port {DefaultPort}: {error.Message}");
            return;
        }

        using (receiver)
        {
            await using var cluster = await RealCluster.StartAsync(silos: 0);
            var silo = await cluster.AddSiloAsync(
                1, [], ["env", "-u", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"]);
            await SubmitAsync(cluster, "untraced");
            await cluster.SweepIsOverAsync("untraced", Patience);
            var openMetrics = await OpenMetricsAsync(silo);
            // A silo exports its remaining spans when it ends.
            silo.Send(ProcessSignal.Terminate);
            Assert.Equal(0, await silo.EndAsync(Patience));
            Assert.Equal(0, receiver.Requests);
            Assert.DoesNotMatch(Exemplar(), openMetrics);
        }
    }

    /// <summary>Submits a sweep of two trials: one succeeds after three epochs, and one fails with an absurd learning rate.</summary>
    private static Task<string> SubmitAsync(RealCluster cluster, string name) => cluster.OutputAsync(
        "run", "examples/next-character.yaml", "--name", name, "--detach",
        "--set", "parameters.cell=gru", "--set", "parameters.sequence_length=10",
        "--set", "parameters.learning_rate={values: [0.005, 3.0e+38]}", "--set", "parameters.hidden_size=16",
        "--set", "parameters.epochs=3", "--set", "checkpoint.every=3600", "--set", "retries=0");

    private static async Task<string> OpenMetricsAsync(RealSilo silo)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text; version=1.0.0"));
        return await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
    }

    private static bool Says(JsonElement line, string words) =>
        line.GetProperty("Message").GetString()!.Contains(words, StringComparison.Ordinal);

    private static bool IsOf(JsonElement line, string trace) =>
        line.GetProperty("Scopes").EnumerateArray().Any(scope => scope.TryGetProperty("TraceId", out var id) && id.GetString() == trace);

    private static (int Sweep, int Trial, int Attempt)? Scope(JsonElement line) =>
        line.GetProperty("Scopes").EnumerateArray().Where(scope => scope.TryGetProperty("Sweep", out _))
            .Select(scope => ((int, int, int)?)(
                scope.GetProperty("Sweep").GetInt32(), scope.GetProperty("Trial").GetInt32(), scope.GetProperty("Attempt").GetInt32()))
            .FirstOrDefault();

    [GeneratedRegex(
        """^sweep_epoch_duration_seconds_bucket\{[^}]*\} \S+ # \{trace_id="(\w+)",span_id="(\w+)"\} """, RegexOptions.Multiline)]
    private static partial Regex Exemplar();
}
