using System.Text;
using Spectre.Console;

namespace Sweep.Client.Output;

/// <summary>Where a command writes, and what the reader there can see.</summary>
/// <param name="outputIsTerminal">Somebody watches the standard output: colours, live views, tables that fit.</param>
/// <param name="canAsk">Somebody can answer on the standard input.</param>
/// <param name="width">Columns of the terminal; no limit where there is none.</param>
/// <param name="pipe">What <paramref name="output"/> writes to, where that is the process's own standard output and no terminal.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool canAsk, bool colours, Func<int> width, StandardOutput? pipe = null)
{
    public const int NoLimit = 1_000_000_000;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    public bool OutputIsTerminal { get; } = outputIsTerminal;

    public bool CanAsk { get; } = canAsk;

    public int Width => OutputIsTerminal ? width() : NoLimit;

    public IAnsiConsole Console { get; } = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new TerminalOutput(output, outputIsTerminal, width),
        Ansi = outputIsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = outputIsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
        // Variables of build servers would have colours written into pipes.
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    /// <summary>Whoever read the output went away before its end.</summary>
    public bool NobodyReads => pipe is { NobodyReads: true };

    /// <summary>For a command that shows what goes on: when its reader goes away, it ends even if there is nothing to show.</summary>
    public void WatchReader() => pipe?.Watch();

    /// <summary>The standard output for bytes.</summary>
    public Stream OpenOutput() => pipe ?? System.Console.OpenStandardOutput();

    /// <summary>The process's own streams. A terminal that is called dumb counts as none; <c>NO_COLOR</c> takes the colours away.</summary>
    /// <param name="whenNobodyReads">Ends the program: the reader of a pipe is gone.</param>
    public static Terminal Standard(Action whenNobodyReads)
    {
        var pipe = System.Console.IsOutputRedirected ? new StandardOutput(whenNobodyReads) : null;
        var output = pipe is null ? System.Console.Out
            : TextWriter.Synchronized(new StreamWriter(pipe, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        var terminal = !System.Console.IsOutputRedirected && !dumb;
        return new(
            output, System.Console.Error, terminal, terminal && !System.Console.IsInputRedirected,
            terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), () => Math.Max(40, System.Console.WindowWidth), pipe);
    }

    /// <summary>A key that was pressed, unseen; null when there is none. Only where <see cref="CanAsk"/>.</summary>
    public ConsoleKeyInfo? TryReadKey() => System.Console.KeyAvailable ? System.Console.ReadKey(intercept: true) : null;

    /// <summary>Writes a text on one line, or on a terminal on as many as it takes, broken between words.</summary>
    public void Paragraph(string text) => Console.Write(new Text(Printable.Text(text) + "\n"));

    /// <summary>Writes a text that somebody else may have written; where nobody watches, as it is.</summary>
    public void Foreign(string text) => Out.WriteLine(OutputIsTerminal ? Printable.Text(text) : text);

    /// <summary>Asks a question that Enter answers with <paramref name="whenEmpty"/>. Only where <see cref="CanAsk"/>.</summary>
    public bool Ask(string question, bool whenEmpty)
    {
        Out.Write($"{question} [{(whenEmpty ? "Y/n" : "y/N")}] ");
        Out.Flush();
        var answer = System.Console.ReadLine()?.Trim() ?? "n";
        return answer.Length == 0 ? whenEmpty : answer.StartsWith("y", StringComparison.OrdinalIgnoreCase);
    }

    private sealed class TerminalOutput(TextWriter writer, bool isTerminal, Func<int> width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => isTerminal;

        public int Width => isTerminal ? width() : NoLimit;

        public int Height => isTerminal ? System.Console.WindowHeight : NoLimit;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
