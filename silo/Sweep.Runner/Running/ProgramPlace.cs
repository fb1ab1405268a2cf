using Sweep.Runner.Processes;

namespace Sweep.Runner.Running;

/// <summary>Where the programs of this runner run.</summary>
/// <param name="Scratch">The folder in which each attempt has one of its own.</param>
/// <param name="Device">cpu, or cuda:0 and so on.</param>
/// <param name="Threads">The slot's share of the cores.</param>
internal sealed record ProgramPlace(string Scratch, string Device, int Threads, ProcessGuard Guard);
