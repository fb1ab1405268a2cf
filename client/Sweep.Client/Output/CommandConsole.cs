namespace Sweep.Client.Output;

/// <summary>What a command prints and asks, and what ends it early.</summary>
/// <param name="Format">What <c>-o</c> asks for; a table unless given.</param>
/// <param name="Cancellation">Ctrl-C and the like.</param>
internal sealed record CommandConsole(Terminal Terminal, OutputFormat Format, CancellationToken Cancellation)
{
    /// <summary>Where people read: not the standard output when a program reads a table there.</summary>
    public TextWriter People => Format == OutputFormat.Table ? Terminal.Out : Terminal.Error;

    /// <summary>Somebody watches the standard output, and no program reads it.</summary>
    public bool IsWatched => Terminal.OutputIsTerminal && Format == OutputFormat.Table;

    /// <summary>Somebody can answer a question.</summary>
    public bool CanAsk => Terminal.CanAsk;

    /// <summary>Says something to people.</summary>
    public void Say(string line) => People.WriteLine(line);

    /// <inheritdoc cref="Terminal.Ask"/>
    public bool Ask(string question, bool whenEmpty) => Terminal.Ask(question, whenEmpty);

    /// <summary>For what shows people how a sweep goes: when they go away, it ends even if there is nothing to show.</summary>
    public void WatchReader()
    {
        if (Format == OutputFormat.Table)
            Terminal.WatchReader();
    }
}
