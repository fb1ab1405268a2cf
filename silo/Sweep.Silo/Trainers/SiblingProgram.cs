using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sweep.Silo.Trainers;

/// <summary>
/// Finds another program of the same build. <c>bin/Sweep.Silo/release</c> and <c>bin/Sweep.Trainer/release</c> lie side by side, and so do
/// published programs.
/// </summary>
internal static class SiblingProgram
{
    /// <param name="named">A folder that holds the program, in place of the sibling one.</param>
    /// <exception cref="TrainerStartException">The folder has no such program.</exception>
    public static ProcessStartInfo Start(string name, string? named)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var folder = named ?? Path.Combine(own.Parent!.Parent!.FullName, name, own.Name);
        var library = Path.Combine(folder, name + ".dll");
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet");
        if (File.Exists(library) && File.Exists(dotnet))
            return new ProcessStartInfo(Path.GetFullPath(dotnet), [library]);
        var program = Path.Combine(folder, name);
        return File.Exists(program)
            ? new ProcessStartInfo(program)
            : throw new TrainerStartException(
                $"The program {name} is not in {folder}; build the solution, or name its folder (SWEEP_TRAINER).");
    }
}
