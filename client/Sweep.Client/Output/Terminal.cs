using System.Text;
using Spectre.Console;

namespace Sweep.Client.Output;

/// <summary>The streams of a command, and what the terminal behind them can do.</summary>
/// <param name="outputIsTerminal">Whether the standard output is a terminal, which gets colours, live views and tables that fit.</param>
/// <param name="canAsk">Whether a person can answer on the standard input.</param>
/// <param name="width">The number of columns of the terminal. It is called only where there is one.</param>
/// <param name="pipe">The stream below <paramref name="output"/>, if that is the process's own standard output and no terminal.</param>
internal sealed class Terminal(
    TextWriter output, TextWriter error, bool outputIsTerminal, bool canAsk, bool colours, Func<int> width, StandardOutput? pipe = null)
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
        // The default enrichers would write colours into pipes when an environment variable of a build server is set.
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    /// <summary>Whether the reader of the output ended before all was written.</summary>
    public bool IsReaderGone => pipe is { IsReaderGone: true };

    /// <summary>Makes the command end when the reader of its output ends, even while it prints nothing.</summary>
    public void WatchReader() => pipe?.Watch();

    /// <summary>The standard output as a stream of bytes.</summary>
    public Stream OpenOutput() => pipe ?? System.Console.OpenStandardOutput();

    /// <summary>
    /// The process's own streams. A terminal whose <c>TERM</c> is "dumb" or missing counts as none. <c>NO_COLOR</c> switches colours off.
    /// </summary>
    /// <param name="whenReaderGone">The method that ends the program when the reader of a pipe has ended.</param>
    public static Terminal Standard(Action whenReaderGone)
    {
        var pipe = System.Console.IsOutputRedirected ? new StandardOutput(whenReaderGone) : null;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = pipe is null
            ? System.Console.Out
            : TextWriter.Synchronized(new StreamWriter(pipe, utf8) { AutoFlush = true });
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        var terminal = !System.Console.IsOutputRedirected && !dumb;
        var colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new(
            output, System.Console.Error, terminal, terminal && !System.Console.IsInputRedirected, colours,
            () => Math.Max(40, System.Console.WindowWidth), pipe);
    }

    /// <summary>Reads a key that was pressed, without showing it; null when there is none. Only where <see cref="CanAsk"/>.</summary>
    public ConsoleKeyInfo? TryReadKey() => System.Console.KeyAvailable ? System.Console.ReadKey(intercept: true) : null;

    /// <summary>Writes a text on one line. On a terminal the text is broken between words to fit its width.</summary>
    public void Paragraph(string text) => Console.Write(new Text(Printable.Text(text) + "\n"));

    /// <summary>
    /// Writes a line of text that others may have written. On a terminal its control characters are removed; elsewhere it is not changed.
    /// </summary>
    public void WriteUntrusted(string text) => Out.WriteLine(OutputIsTerminal ? Printable.Text(text) : text);

    /// <summary>Asks a question; Enter alone means <paramref name="whenEmpty"/>. Only where <see cref="CanAsk"/>.</summary>
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
