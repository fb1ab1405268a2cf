namespace Sweep.Client.SweepFiles;

/// <summary>
/// What is wrong with a file. Reading goes on after a mistake, so that the first one by line is thrown, whichever was found first.
/// </summary>
internal sealed class Problems
{
    private readonly List<SweepFileException> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(SweepFileException problem) => _found.Add(problem);

    /// <returns>What <paramref name="read"/> gives, or the default when it throws a <see cref="SweepFileException"/>.</returns>
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

    /// <exception cref="SweepFileException">The first one by line.</exception>
    public void ThrowFirst()
    {
        if (_found.MinBy(problem => problem.Line) is { } first)
            throw first;
    }
}
