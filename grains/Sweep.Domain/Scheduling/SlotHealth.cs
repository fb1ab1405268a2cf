namespace Sweep.Domain.Scheduling;

/// <summary>
/// Whether a slot can train at all. After an attempt that fails, its slot has to pass a self-test: a tiny training that is known to work.
/// This tells a trial that always fails from a broken driver.
/// </summary>
public sealed class SlotHealth
{
    /// <summary>The number of failed self-tests in a row after which the slot takes no more trials.</summary>
    public const int Limit = 3;

    private int _failures;

    public bool IsFit => _failures < Limit;

    /// <summary>Why the last self-test failed; null when the slot has trained since then.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Records that an attempt or a self-test ended well.</summary>
    public void Passed() => (_failures, Complaint) = (0, null);

    public void FailedSelfTest(string complaint) => (_failures, Complaint) = (_failures + 1, complaint);
}
