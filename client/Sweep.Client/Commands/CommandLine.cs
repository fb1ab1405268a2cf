using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Sweep.Client.Commands.Clusters;
using Sweep.Client.Commands.Database;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Commands.Results;
using Sweep.Client.Commands.Sweeps;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands;

/// <summary>The program's commands. Runs a command line and gives its exit code.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "Trains every point of a hyperparameter space of recurrent models, and keeps every number in PostgreSQL.")
        {
            CommonOptions.Postgres,
            CommonOptions.PostgresPasswordFile,
            CommonOptions.Certificates,
            RunCommand.Create(terminal),
            PlanCommand.Create(terminal),
            TryCommand.Create(terminal),
            ListCommand.Create(terminal),
            ShowCommand.Create(terminal),
            WatchCommand.Create(terminal),
            PauseCommand.Create(terminal),
            ResumeCommand.Create(terminal),
            CancelCommand.Create(terminal),
            RetryCommand.Create(terminal),
            DeleteCommand.Create(terminal),
            LogsCommand.Create(terminal),
            ReportCommand.Create(terminal),
            ExportCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            GenerateCommand.Create(terminal),
            DownloadCommand.Create(terminal),
            WorkersCommand.Create(terminal),
            SiloCommand.Create(terminal),
            DrainCommand.Create(terminal),
            SqlCommand.Create(terminal),
            UpCommand.Create(terminal),
            DownCommand.Create(terminal),
            DatabaseCommand.Create(terminal),
            CertificatesCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            PruneCommand.Create(terminal),
            KeepCommand.Create(terminal),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new ExamplesHelp((HelpAction)help.Action!);
        foreach (var version in root.Options.OfType<VersionOption>())
            version.Action = new StampedVersion();
        return root;
    }

    /// <summary>Parses a command line without running it.</summary>
    public static ParseResult Read(IReadOnlyList<string> arguments, Terminal terminal) => Create(terminal).Parse(arguments, Parsing);

    /// <summary>Runs a command line. Every error becomes one line on the terminal's error stream and an exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        var line = Read(arguments, terminal);
        if (line.Action is ParseErrorAction)
        {
            terminal.Error.WriteLine($"sweep: {Printable.Line(Complaint(line))} See `sweep {string.Join(' ', Path(line))}--help`.");
            return (int)ExitCode.WrongInput;
        }

        try
        {
            var streams = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = terminal.Out,
                Error = terminal.Error,
            };
            var code = await line.InvokeAsync(streams, cancellation);
            return terminal.IsReaderGone ? (int)ExitCode.ReaderGone : code;
        }
        catch (Exception) when (terminal.IsReaderGone)
        {
            return (int)ExitCode.ReaderGone;
        }
        catch (Exception error)
        {
            var failure = Failure.Of(error);
            terminal.Error.WriteLine($"sweep: {failure.Line}");
            if (Environment.GetEnvironmentVariable("SWEEP_DEBUG") == "1")
                terminal.Error.WriteLine(error);
            return (int)failure.Code;
        }
    }

    private static string Complaint(ParseResult line)
    {
        if (line.UnmatchedTokens.Count == 0)
            return string.Join(' ', line.Errors[0].Message.Split(['\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        var unknown = line.UnmatchedTokens[0];
        var near = NearestNames.Of(
            unknown, line.CommandResult.Command.Children.Where(symbol => !symbol.Hidden).Select(symbol => symbol.Name));
        return $"Found {unknown}, which is no command or option here."
            + (near.Count == 0 ? "" : $" Near it: {string.Join(", ", near)}.");
    }

    /// <summary>The names of the commands on the line, without the program's own, each followed by a space.</summary>
    private static IEnumerable<string> Path(ParseResult line)
    {
        for (var command = line.CommandResult; command.Parent is CommandResult parent; command = parent)
            yield return command.Command.Name + " ";
    }
}
