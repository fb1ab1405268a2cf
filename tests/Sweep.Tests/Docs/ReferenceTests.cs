using System.Text.RegularExpressions;
using Sweep.Client.Commands;
using Sweep.Client.Errors;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that the tables of docs/cli.md and docs/monitoring.md agree with the code.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Document Commands = new("docs/cli.md");
    private static readonly string Alerts = File.ReadAllText(RepositoryFolder.Join("deploy/prometheus/alerts.yml"));

    [Fact]
    public void The_table_of_commands_is_complete() => Assert.Equal(
        from command in CommandLine.Create(Samples.Terminal().Terminal).Subcommands
        where !command.Hidden
        orderby command.Name
        select command.Name,
        Commands.Rows("## Commands").SelectMany(row => Word().Matches(row[0])).Select(match => match.Groups[1].Value).Distinct().Order());

    [Fact]
    public void The_table_of_exit_codes_is_complete() => Assert.Equal(
        Enum.GetValues<ExitCode>().Select(code => $"{(int)code}").Order(), Commands.Rows("## Exit codes").Select(row => row[0]).Order());

    [Fact]
    public void The_table_of_alerts_is_complete() => Assert.Equal(
        Alert().Matches(Alerts).Select(match => match.Groups[1].Value).Order(),
        new Document("docs/monitoring.md").Rows("## Alerts").Select(row => row[0]).Order());

    /// <summary>The first word of a text in backticks.</summary>
    [GeneratedRegex("`([a-z]+)[^`]*`")]
    private static partial Regex Word();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();
}
