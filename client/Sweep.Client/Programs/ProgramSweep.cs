using Sweep.Client.Clusters;
using Sweep.Client.Output;
using Sweep.Client.Running;
using Sweep.Client.SweepFiles;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Programs;

/// <summary>A sweep of a program that passed every check.</summary>
/// <param name="Folder">The program's folder.</param>
internal sealed record ProgramSweep(SweepSpec Spec, ProgramFolder Folder) : ISubmission
{
    private ProgramSpec Program => Spec.Program!;

    /// <summary>The parameters that the file names, in its order.</summary>
    public IEnumerable<string> Names => Spec.Parameters.Dimensions.Select(dimension => dimension.Name);

    /// <summary>Reads a sweep file and its overrides, and packs its folder. Nothing is stored.</summary>
    /// <returns>Null when the file has no program.</returns>
    /// <exception cref="SweepFileException">The file, an override or the folder is wrong.</exception>
    public static async Task<ProgramSweep?> LoadAsync(string path, IReadOnlyList<string> overrides, CancellationToken cancellation)
    {
        var draft = await SweepFile.ReadAsync(path, overrides, cancellation);
        if (draft.Program is not { } program)
            return null;
        var folder = ProgramFolder.Pack(program.Folder!, program.Wrong);
        return new(draft.Spec with { Program = draft.Spec.Program! with { Sha256 = folder.Sha256 } }, folder);
    }

    public async Task StoreAsync(Cluster cluster, CancellationToken cancellation)
    {
        if (!await cluster.Folders.ExistsAsync(Folder.Sha256, cancellation))
            await cluster.Folders.AddAsync(Folder.Sha256, Folder.Bytes, cancellation);
    }

    /// <summary>Lines about what is allowed and probably meant otherwise.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            if (Program.Capture is { } patterns && !CapturedLines.Find(patterns, Spec.Objective.Metric.Name))
            {
                warnings.Add($"program.capture: no group is {Spec.Objective.Metric.Name}, the objective; "
                    + "trials fail unless the program reports it otherwise.");
            }

            if (Unused is { Count: > 0 } unused)
            {
                warnings.Add($"program.command: names other parameters but not {string.Join(", ", unused)}; "
                    + "a program that does not read SWEEP_PARAMETERS, itself or by the library, never learns their values.");
            }

            return warnings;
        }
    }

    /// <summary>
    /// The parameters that vary and that the command leaves out although it has others. A command without any tells nothing, since the
    /// program may read them all from its environment. Of <c>epochs</c> and <c>seed</c> each has a variable of its own.
    /// </summary>
    private IReadOnlyList<string> Unused
    {
        get
        {
            var used = Program.Command.SelectMany(ProgramArguments.Names).ToHashSet();
            return used.Count == 0 || Program.Command.Contains(ProgramArguments.All) ? [] :
            [
                .. Spec.Parameters.Varying.Where(
                    name => !used.Contains(name) && name is not (OwnParameters.EpochsName or OwnParameters.SeedName)),
            ];
        }
    }

    /// <summary>Writes the <see cref="Warnings"/>.</summary>
    public void Warn(Terminal terminal)
    {
        foreach (var warning in Warnings)
            terminal.Error.WriteLine(warning);
    }

    /// <summary>The trials that are known before any has run.</summary>
    public IReadOnlyList<ParameterMap> Trials() => SearchMethods.First(Spec);

    /// <summary>How many trials there are at the most.</summary>
    public int Count => SearchMethods.For(Spec).Count;

    public IReadOnlyList<string> ArgumentsOf(ParameterMap trial) => ProgramArguments.Of(Program, Names, trial);

    /// <summary>The first attempt of a trial, as the runner is asked for it.</summary>
    public TrainerCommand.RunProgram Attempt(int number, ParameterMap trial) => ProgramAttempt.Of(Spec, number, attempt: 1, trial);
}
