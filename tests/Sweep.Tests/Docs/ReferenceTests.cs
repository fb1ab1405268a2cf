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

    [Fact]
    public void Every_command_has_its_line_and_no_other() => Assert.Equal(
        CommandLine.Create(Samples.Terminal().Terminal).Subcommands.Where(command => !command.Hidden).Select(command => command.Name).Order(),
        Commands.Rows("## Commands").SelectMany(row => Word().Matches(row[0])).Select(match => match.Groups[1].Value).Distinct().Order());

    [Fact]
    public void Every_exit_code_has_its_line_and_no_other() => Assert.Equal(
        Enum.GetValues<ExitCode>().Select(code => $"{(int)code}").Order(), Commands.Rows("## Exit codes").Select(row => row[0]).Order());

    [Fact]
    public void Every_alert_has_its_line_and_no_other() => Assert.Equal(
        Alert().Matches(File.ReadAllText(RepositoryFolder.Join("deploy/prometheus/alerts.yml"))).Select(match => match.Groups[1].Value).Order(),
        new Document("docs/monitoring.md").Rows("## Alerts").Select(row => row[0]).Order());

    /// <summary>The first word of what stands in backticks.</summary>
    [GeneratedRegex("`([a-z]+)[^`]*`")]
    private static partial Regex Word();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();
}
