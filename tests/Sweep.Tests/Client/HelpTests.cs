using System.CommandLine;
using Sweep.Client.Commands;
using Sweep.Client.Errors;

namespace Sweep.Tests.Client;

public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. All(CommandLine.Create(Samples.Terminal().Terminal)).Where(path => path.Length > 0)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_is_documented_with_an_example(string path)
    {
        var (code, help, _) = await Samples.RunAsync([.. path.Split(' '), "--help"]);
        Assert.Equal(0, code);
        Assert.Contains("Description:", help);
        Assert.Contains($"\n  sweep {path}", help[help.IndexOf("Examples:", StringComparison.Ordinal)..]);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_argument_and_option_is_described(string path)
    {
        Command command = CommandLine.Create(Samples.Terminal().Terminal);
        foreach (var name in path.Split(' '))
            command = command.Subcommands.Single(child => child.Name == name);
        Assert.All(
            command.Arguments.Cast<Symbol>().Concat(command.Options),
            symbol => Assert.False(string.IsNullOrEmpty(symbol.Description), symbol.Name));
    }

    [Fact]
    public async Task The_programs_help_lists_every_exit_code()
    {
        var (_, help, _) = await Samples.RunAsync(["--help"]);
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Matches($@"\n  {(int)code} +\w", help));
    }

    [Theory]
    [InlineData("lst", "Near it: list.")]
    [InlineData("list --outptu json", "--outptu")]
    [InlineData("list -o xml", "expected table, json or csv")]
    [InlineData("watch a/1", "without a trial's number")]
    [InlineData("logs a", "a/1")]
    [InlineData("export a --format xls", "xls")]
    [InlineData("generate a/1 --length 0", "from 1 to 50000")]
    [InlineData("generate a/1 --length many", "from 1 to 50000")]
    [InlineData("generate a/1 --length 2--seed", "from 1 to 50000")]
    [InlineData("generate a/1 --temperature NaN", "above 0")]
    [InlineData("generate a/1 --temperature warm", "above 0")]
    [InlineData("generate a/1 --seed x", "--seed")]
    [InlineData("run", "run")]
    [InlineData("delete a", "--yes")]
    [InlineData("certs issue a --for boss --out b", "--for: found boss; expected silo, client or postgres.")]
    [InlineData("certs issue a --for silo", "--out")]
    [InlineData("certs init a --days 0", "--days: found 0; expected a whole number from 1 to 36500.")]
    [InlineData("certs init a --days soon", "soon")]
    [InlineData("certs issue /nowhere/a --for silo --out b", "sweep certs init AUTHORITY")]
    [InlineData("certs renew /nowhere/a b", "sweep certs init AUTHORITY")]
    public Task A_wrong_line_is_refused_in_one_line_with_exit_code_2(string line, string expected) =>
        Samples.RefusedAsync(expected, line.Split(' '));

    private static IEnumerable<string> All(Command command, string path = "") =>
        command.Subcommands.Where(child => !child.Hidden).SelectMany(child => All(child, $"{path} {child.Name}".Trim())).Prepend(path);
}
