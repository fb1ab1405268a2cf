using System.CommandLine;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Parts;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class DocumentedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Whether the command starts a private cluster if there is none, and so has the options of its silo.</summary>
    public bool StartsCluster { get; private set; }

    public DocumentedCommand Runs(Terminal terminal, CommandBody body)
    {
        SetAction(async (line, cancellation) => (int)await body(new CommandContext(line, terminal, cancellation)));
        return this;
    }

    /// <summary>Adds the options of the silo of a private cluster.</summary>
    public DocumentedCommand WithMachine()
    {
        StartsCluster = true;
        foreach (var option in MachineOptions.All)
            Add(option);
        return this;
    }
}
