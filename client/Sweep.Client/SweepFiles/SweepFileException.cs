using Sweep.Client.Output;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// A sweep file, an override of it, its dataset or a file of published numbers cannot be used. The message is one line:
/// <c>file:line: key: found …; what is expected.</c> The command line ends with exit code 2.
/// </summary>
public sealed class SweepFileException(string message, Exception? inner = null) : Exception(Printable.Escaped(message), inner)
{
    /// <summary>
    /// The line of the file, from 1. A mistake without a line has the largest number, so that mistakes with a line are reported first.
    /// </summary>
    internal long Line { get; init; } = long.MaxValue;
}
