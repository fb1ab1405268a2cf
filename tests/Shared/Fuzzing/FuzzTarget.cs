namespace Sweep.Fuzzing;

/// <summary>A reader of what others wrote. Whatever the bytes are, it takes them or refuses them in its own words, soon.</summary>
public abstract class FuzzTarget
{
    public abstract string Name { get; }

    /// <summary>Real inputs, which are then damaged.</summary>
    public abstract IReadOnlyList<byte[]> Inputs { get; }

    /// <summary>Pieces that mean something to this reader.</summary>
    public abstract IReadOnlyList<string> Scraps { get; }

    /// <summary>Has the bytes read.</summary>
    /// <exception cref="Exception">The reader did anything but take or refuse them: that is what is looked for.</exception>
    public abstract Task ReadAsync(byte[] input);

    public override string ToString() => Name;
}

/// <summary>A reader refused, but not as it should.</summary>
public sealed class FuzzFinding(string message) : Exception(message);
