namespace Sweep.Domain.Protocol;

/// <summary>
/// A line that a trainer writes to its log before the last message of each attempt. Log and messages come over two streams, and the lines
/// before the mark belong to the attempt that ends, whichever stream is read first.
/// </summary>
public static class LogMark
{
    public const string Line = "\u001e";
}
