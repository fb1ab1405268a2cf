using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sweep.Silo.Trainers;

/// <summary>
/// Finds another program of the same build. <c>bin/Sweep.Silo/release</c> and <c>bin/Sweep.Trainer/release</c> lie side by side, and so do
/// published programs.
/// </summary>
internal static class SiblingProgram
{
    /// <param name="named">The program, or a folder that holds it, in place of the sibling one.</param>
    /// <param name="variable">The variable that names that folder.</param>
    /// <exception cref="TrainerStartException">The folder has no such program.</exception>
    public static ProcessStartInfo Start(string name, string? named, string variable)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        if (File.Exists(named))
            named = Path.GetDirectoryName(Path.GetFullPath(named));
        var folder = named ?? Path.Combine(own.Parent!.Parent!.FullName, name, own.Name);
        var library = Path.Combine(folder, name + ".dll");
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet");
        if (File.Exists(library) && File.Exists(dotnet))
            return new ProcessStartInfo(Path.GetFullPath(dotnet), [library]);
        var program = Path.Combine(folder, name);
        return File.Exists(program)
            ? new ProcessStartInfo(program)
            : throw new TrainerStartException(
                $"The program {name} is not in {folder}; build the solution, or name its folder ({variable}).");
    }
}
