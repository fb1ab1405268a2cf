using System.CommandLine;
using Sweep.Client.Output;

namespace Sweep.Client.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class DocumentedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    public DocumentedCommand Runs(Terminal terminal, CommandBody body)
    {
        SetAction(async (line, cancellation) => (int)await body(new CommandContext(line, terminal, cancellation)));
        return this;
    }
}
