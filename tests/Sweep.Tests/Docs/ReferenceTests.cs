using System.Text.RegularExpressions;
using Sweep.Client.Commands;
using Sweep.Client.Errors;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>The tables of docs/cli.md and docs/monitoring.md are those of the code.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Document Commands = new("docs/cli.md");
    private static readonly string Alerts = File.ReadAllText(RepositoryFolder.Join("deploy/prometheus/alerts.yml"));

    [Fact]
    public void Every_command_has_its_line_and_no_other() => Assert.Equal(
        from command in CommandLine.Create(Samples.Terminal().Terminal).Subcommands
        where !command.Hidden
        orderby command.Name
        select command.Name,
        Commands.Rows("## Commands").SelectMany(row => Word().Matches(row[0])).Select(match => match.Groups[1].Value).Distinct().Order());

    [Fact]
    public void Every_exit_code_has_its_line_and_no_other() => Assert.Equal(
        Enum.GetValues<ExitCode>().Select(code => $"{(int)code}").Order(), Commands.Rows("## Exit codes").Select(row => row[0]).Order());

    [Fact]
    public void Every_alert_has_its_line_and_no_other() => Assert.Equal(
        Alert().Matches(Alerts).Select(match => match.Groups[1].Value).Order(),
        new Document("docs/monitoring.md").Rows("## Alerts").Select(row => row[0]).Order());

    /// <summary>The first word of what stands in backticks.</summary>
    [GeneratedRegex("`([a-z]+)[^`]*`")]
    private static partial Regex Word();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();
}
