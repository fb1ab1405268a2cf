namespace Sweep.Runner.Running;

/// <summary>The last lines that a program wrote, for the reason of its failure.</summary>
internal sealed class LastLines
{
    private const int Most = 3, Longest = 300;

    private readonly Queue<string> _lines = [];

    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lines)
        {
            _lines.Enqueue(line.Trim() is { Length: > Longest } text ? $"{text[..Longest]}…" : line.Trim());
            if (_lines.Count > Most)
                _lines.Dequeue();
        }
    }

    /// <summary>The lines in one; null when there are none.</summary>
    public string? Text
    {
        get
        {
            lock (_lines)
                return _lines.Count == 0 ? null : string.Join(" | ", _lines);
        }
    }
}
