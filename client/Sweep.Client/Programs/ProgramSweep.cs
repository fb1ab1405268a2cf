using Sweep.Client.SweepFiles;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Programs;

/// <summary>A sweep of a program that passed every check.</summary>
/// <param name="Folder">The program's folder.</param>
internal sealed record ProgramSweep(SweepSpec Spec, ProgramFolder Folder)
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

    /// <summary>The trials that are known before any has run.</summary>
    public IReadOnlyList<ParameterMap> Trials() => SearchMethods.First(Spec);

    /// <summary>How many trials there are at the most.</summary>
    public int Count => SearchMethods.For(Spec).Count;

    public IReadOnlyList<string> ArgumentsOf(ParameterMap trial) => ProgramArguments.Of(Program, Names, trial);

    /// <summary>The first attempt of a trial, as the runner is asked for it.</summary>
    public TrainerCommand.RunProgram Attempt(int number, ParameterMap trial) => new(
        $"{Spec.Name}/{number}",
        Attempt: 1,
        ArgumentsOf(trial),
        new ParameterMap([.. Names.Select(name => (name, trial.ValueOf(name)))]).ToJson(),
        ((ParameterValue.Whole)trial.ValueOf(OwnParameters.SeedName)).Number,
        Spec.Objective,
        Program,
        trial.Epochs is var epochs and > 0 ? epochs : null,
        Spec.Checkpoint.Every);
}
