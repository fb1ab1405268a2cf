namespace Sweep.Domain.Programs;

/// <summary>A program that trains in place of the built-in model.</summary>
/// <param name="Command">The program and its arguments, in which <see cref="ProgramArguments"/> puts a trial's parameters.</param>
/// <param name="Sha256">Of the packed folder, lower-case hexadecimal; empty before it is packed.</param>
/// <param name="Environment">Variables of its environment; null for none.</param>
/// <param name="TimeLimit">Seconds after which an attempt fails; null for no limit.</param>
/// <param name="Capture">Regular expressions whose groups are metrics: see <see cref="CapturedLines"/>; null for none.</param>
/// <param name="StopGrace">Seconds from SIGTERM to SIGKILL.</param>
public sealed record ProgramSpec(
    IReadOnlyList<string> Command,
    string Sha256 = "",
    IReadOnlyDictionary<string, string>? Environment = null,
    double? TimeLimit = null,
    IReadOnlyList<string>? Capture = null,
    double StopGrace = ProgramSpec.DefaultStopGrace)
{
    public const double DefaultStopGrace = 20;

    /// <summary>The label of workers that take trials of programs. No user can give it, since it has a colon.</summary>
    public const string WorkerLabel = "sweep:programs";

    /// <summary>The longest time limit, in seconds.</summary>
    public const double MaxTimeLimit = 4_000_000;

    /// <summary>The longest grace, in seconds.</summary>
    public const double MaxStopGrace = 3600;
}
