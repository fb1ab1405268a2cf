namespace Sweep.Client.Output;

/// <summary>The input and output of a command.</summary>
/// <param name="Format">The format of <c>-o</c>; a table unless given.</param>
/// <param name="Cancellation">Cancelled when the user asks for an end, such as by Ctrl-C.</param>
internal sealed record CommandConsole(Terminal Terminal, OutputFormat Format, CancellationToken Cancellation)
{
    /// <summary>The output for people: the standard output for a table; the error stream for the formats that programs read.</summary>
    public TextWriter Messages => Format == OutputFormat.Table ? Terminal.Out : Terminal.Error;

    /// <summary>Whether a person reads the standard output, on a terminal and not in a format for programs.</summary>
    public bool IsWatched => Terminal.OutputIsTerminal && Format == OutputFormat.Table;

    /// <summary>Whether a person can answer a question.</summary>
    public bool CanAsk => Terminal.CanAsk;

    /// <summary>Prints a line for people.</summary>
    public void PrintLine(string line) => Messages.WriteLine(line);

    /// <inheritdoc cref="Terminal.Ask"/>
    public bool Ask(string question, bool whenEmpty) => Terminal.Ask(question, whenEmpty);

    /// <summary>Makes a command that shows progress end when the reader of its output ends, even while it prints nothing.</summary>
    public void WatchReader()
    {
        if (Format == OutputFormat.Table)
            Terminal.WatchReader();
    }
}
