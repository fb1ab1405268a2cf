using System.Text.RegularExpressions;

namespace Sweep.SystemTests.Dashboards;

public sealed partial class AlertTests
{
    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task Promtool_finds_nothing_wrong(params string[] arguments)
    {
        PrometheusServer.SkipWithout("promtool");
        var (code, output) = await Promtool.RunAsync("", arguments);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void Every_alert_fires_in_one_test_and_is_silent_in_one()
    {
        var tests = File.ReadAllText(Path.Combine(PrometheusServer.Configuration, "alerts.test.yml"));
        var expectations = Expectation().Matches(tests)
            .Select(match => (Alert: match.Groups[1].Value, Fires: match.Groups[2].Length == 0))
            .Distinct();
        var alerts = Alert().Matches(File.ReadAllText(Path.Combine(PrometheusServer.Configuration, "alerts.yml")))
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.True(alerts.Count >= 9, $"found {alerts.Count}");
        Assert.Equal(alerts.SelectMany(alert => new[] { (alert, false), (alert, true) }).Order(), expectations.Order());
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"alertname: (\w+)\n +exp_alerts:( \[\])?")]
    private static partial Regex Expectation();
}
