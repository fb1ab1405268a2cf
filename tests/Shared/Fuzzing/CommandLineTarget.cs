using System.Text;
using Sweep.Client.Commands;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Fuzzing;

/// <summary>
/// The arguments of <c>sweep</c>, one argument a line. Valid commands that only query a database are run as well, with a database that does
/// not exist. Commands that would start a cluster or write files are not run.
/// </summary>
public sealed class CommandLineTarget : FuzzTarget
{
    private const string Nowhere = "Host=/nonexistent;Timeout=1";
    private static readonly string[] Readers =
    [
        "list", "show", "watch", "pause", "resume", "cancel", "retry", "logs", "report", "generate", "workers", "sql", "plan",
    ];

    public override string Name => "command-line";

    /// <summary>The examples of every command's help.</summary>
    public override IReadOnlyList<byte[]> Inputs { get; } =
    [
        .. CommandLine.Create(Quiet()).Subcommands.OfType<DocumentedCommand>().SelectMany(command => command.Examples)
            .Select(example => Encoding.UTF8.GetBytes(string.Join('\n', example.Split('"')
                .SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Skip(1)))),
    ];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "\n", "\n-", "\n--", "=", "--help", "\n--help", "-o\njson", "-o\nxml", "\n--set\n", "a/1", "a/0", "/", "a/999999999999", "\0",
        "\u001b[2J", "é", "\ud83d\ude00", "@file", "[suggest]", "[parse]", "%", "'", "\"", "''", " ", "-9223372036854775808",
        "1e999", "nan", "--length\n0", "--temperature\n-1", "--length\nmany", "--temperature\nwarm", "--days\nx",
        "--seed\n99999999999999999999", "..", "list", "sql", "db", "--postgres\nx", "--postgres=", "SWEEP", "*", "-", "--version",
    ];

    public override async Task ReadAsync(byte[] input)
    {
        string[] arguments = [.. Encoding.UTF8.GetString(input).Split('\n').Where(argument => argument.Length > 0)];
        if (!IsHarmless(arguments))
            return;
        var (output, error) = (new StringWriter(), new StringWriter());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var code = await CommandLine.RunAsync(
            ["--postgres", Nowhere, .. arguments],
            new Terminal(output, error, outputIsTerminal: false, canAsk: false, colours: false, () => 80), limit.Token);
        var said = error.ToString();
        if (!Enum.IsDefined((ExitCode)code) || code is (int)ExitCode.Interrupted or (int)ExitCode.SiloEnded)
            throw new FuzzFinding($"Ended with {code}: {said}");
        if (code != 0 && said.Count(letter => letter == '\n') != 1)
            throw new FuzzFinding($"Refused in other than one line: {said}");
        if (said.Contains("SWEEP_DEBUG", StringComparison.Ordinal) || said.Contains("   at ", StringComparison.Ordinal)
            || said.TrimEnd('\n').Any(char.IsControl))
            throw new FuzzFinding($"Refused as a defect is, or with control characters: {said}");
    }

    /// <summary>Whether the line is refused, or only queries the database that does not exist.</summary>
    private static bool IsHarmless(string[] arguments)
    {
        var line = CommandLine.Read(["--postgres", Nowhere, .. arguments], Quiet());
        return line.Errors.Count > 0
            || line.GetValue(CommonOptions.Postgres) == Nowhere && Readers.Contains(line.CommandResult.Command.Name);
    }

    private static Terminal Quiet() =>
        new(TextWriter.Null, TextWriter.Null, outputIsTerminal: false, canAsk: false, colours: false, () => 80);
}
