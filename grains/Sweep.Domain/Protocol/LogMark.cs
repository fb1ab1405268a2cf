namespace Sweep.Domain.Protocol;

/// <summary>
/// A line that a trainer writes to its log before each last word. Log and messages come over two streams; what stands before the mark belongs to the
/// attempt that ends, whichever stream is read first.
/// </summary>
public static class LogMark
{
    public const string Line = "\u001e";
}
