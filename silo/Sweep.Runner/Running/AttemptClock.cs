using Sweep.Domain.Programs;
using Sweep.Runner.Processes;

namespace Sweep.Runner.Running;

/// <summary>
/// The time of an attempt and of those before it, up to the checkpoint from which it goes on: so nothing counts twice, and what an attempt
/// trained after its last checkpoint, and lost, does not count. It begins now.
/// </summary>
/// <param name="before">The time that the checkpoint tells.</param>
/// <param name="guard">Knows the processes of the program.</param>
internal sealed class AttemptClock(ProgramTime before, ProcessGuard guard, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private readonly TimeSpan _ended = NativeCalls.ProcessorTimeOfChildren;

    /// <summary>The time until now, with the processes that still run.</summary>
    public ProgramTime Now => before + new ProgramTime(
        clock.GetElapsedTime(_started),
        // The tree is read first: a process that ends in between counts twice for a moment rather than never.
        guard.Descendants().Aggregate(TimeSpan.Zero, (sum, entry) => sum + entry.Processor) + NativeCalls.ProcessorTimeOfChildren - _ended);
}
