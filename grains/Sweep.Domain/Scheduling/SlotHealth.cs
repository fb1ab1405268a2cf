namespace Sweep.Domain.Scheduling;

/// <summary>
/// Whether a slot can train at all. An attempt that fails casts doubt on its slot, and the slot has to pass a self-test: a tiny training that cannot
/// be at fault itself. So a poisonous trial is told apart from a broken driver, whichever comes first and however many there are.
/// </summary>
public sealed class SlotHealth
{
    /// <summary>Self-tests that fail in a row before the slot takes no more trials.</summary>
    public const int Limit = 3;

    private int _failures;

    public bool IsFit => _failures < Limit;

    /// <summary>Why the last self-test failed; null since the last time that it could train.</summary>
    public string? Complaint { get; private set; }

    /// <summary>An attempt or a self-test ended as it should.</summary>
    public void Passed() => (_failures, Complaint) = (0, null);

    public void FailedSelfTest(string complaint) => (_failures, Complaint) = (_failures + 1, complaint);
}
