namespace Sweep.Client.SweepFiles;

/// <summary>
/// The mistakes in a file. Reading goes on after a mistake, so that the mistake with the lowest line number can be reported, whichever was
/// found first.
/// </summary>
internal sealed class Problems
{
    private readonly List<SweepFileException> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(SweepFileException problem) => _found.Add(problem);

    /// <summary>Reads a value, and notes the mistake if it is wrong.</summary>
    /// <returns>The result of <paramref name="read"/>, or the default when it throws a <see cref="SweepFileException"/>.</returns>
    public T? Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SweepFileException problem)
        {
            _found.Add(problem);
            return default;
        }
    }

    /// <exception cref="SweepFileException">The mistake with the lowest line number, if there is one.</exception>
    public void ThrowFirst()
    {
        if (_found.MinBy(problem => problem.Line) is { } first)
            throw first;
    }
}
