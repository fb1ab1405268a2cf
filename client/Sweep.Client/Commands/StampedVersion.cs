using System.CommandLine;
using System.CommandLine.Invocation;
using Sweep.Domain;

namespace Sweep.Client.Commands;

/// <summary><c>sweep --version</c>: what the build stamped, whichever program runs the command line.</summary>
internal sealed class StampedVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(SweepVersion.Full);
        return 0;
    }
}
