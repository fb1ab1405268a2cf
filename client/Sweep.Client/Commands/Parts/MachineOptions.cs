using System.CommandLine;
using Sweep.Client.Errors;

namespace Sweep.Client.Commands.Parts;

/// <summary>The options for how much of its machine a silo uses; every command that starts a silo has them.</summary>
internal static class MachineOptions
{
    private static readonly Option<string?> Slots =
        Text("--slots", "n", "Trials at one time; one a GPU, or one a core where there is none, unless given.");

    public static IReadOnlyList<Option<string?>> All { get; } =
    [
        Slots,
        Text("--devices", "list", "cpu, or GPUs such as cuda:0,cuda:1; all GPUs that nvidia-smi lists unless given."),
        Text("--slots-per-gpu", "n", "Trials on one GPU at the same time; 1 unless given."),
        Text("--threads", "n", "CPU threads of each trainer; 1 unless given."),
    ];

    public static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    /// <summary>The options that were given on a line that starts a private cluster, as arguments for its silo.</summary>
    /// <exception cref="WrongInputException">The line asks for 0 slots, with which nothing would ever train.</exception>
    public static IReadOnlyList<string> Given(ParseResult line) => line.GetValue(Slots)?.Trim() is not "0"
        ? [.. All.SelectMany(option => line.GetValue(option) is { } value ? new[] { option.Name, value } : [])]
        : throw new WrongInputException("--slots: found 0, with which nothing would ever train; expected at least 1.");
}
