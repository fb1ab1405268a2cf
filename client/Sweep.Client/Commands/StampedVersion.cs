using System.CommandLine;
using System.CommandLine.Invocation;
using Sweep.Domain;

namespace Sweep.Client.Commands;

/// <summary>Prints the version that the build wrote into Sweep, also when another program runs the command line, such as a test.</summary>
internal sealed class StampedVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(SweepVersion.Full);
        return 0;
    }
}
