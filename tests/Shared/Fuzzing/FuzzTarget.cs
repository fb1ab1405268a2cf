namespace Sweep.Fuzzing;

/// <summary>
/// A reader of untrusted input. It must accept or refuse any bytes within a short time, and refuse them only with its own type of error.
/// </summary>
public abstract class FuzzTarget
{
    public abstract string Name { get; }

    /// <summary>Valid inputs, which are then damaged.</summary>
    public abstract IReadOnlyList<byte[]> Inputs { get; }

    /// <summary>Pieces of input that have a meaning to this reader.</summary>
    public abstract IReadOnlyList<string> Scraps { get; }

    /// <summary>Makes the reader read the bytes.</summary>
    /// <exception cref="Exception">The reader neither accepted nor properly refused the bytes, which is what fuzzing looks for.</exception>
    public abstract Task ReadAsync(byte[] input);

    public override string ToString() => Name;
}

/// <summary>A reader refused an input in a wrong way.</summary>
public sealed class FuzzFinding(string message) : Exception(message);
