using System.Runtime.InteropServices;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A silo's own folder for <c>--trainer</c>, with a script that starts the built trainer, so that changes of it affect this silo only. The
/// script also limits the address space of a trainer, so that a trial that is too large for any machine fails to allocate instead of using
/// up this machine's memory.
/// </summary>
public sealed class TrainerFolder
{
    /// <summary>Limit of the address space, in KiB. The .NET runtime reserves most of it and uses little.</summary>
    private const int AddressKibibytes = 48 << 20;

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string Dotnet =
        System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public TrainerFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
        Allow();
    }

    /// <summary>Reasons why no trainer can be started.</summary>
    public enum Obstacle
    {
        /// <summary>The program has no right to be executed.</summary>
        NoRight,

        /// <summary>The program is not there.</summary>
        Missing,

        /// <summary>The program ends before it is ready.</summary>
        EndsAtOnce,
    }

    public string Path { get; }

    private string Program => System.IO.Path.Combine(Path, "Sweep.Trainer");

    /// <summary>Makes it impossible to start a trainer until <see cref="Allow"/>.</summary>
    public void Forbid(Obstacle obstacle)
    {
        switch (obstacle)
        {
            case Obstacle.NoRight:
                File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                break;
            case Obstacle.Missing:
                File.Delete(Program);
                break;
            default:
                Write("echo 'no driver today' >&2; exit 70");
                break;
        }
    }

    public void Allow() => Write($"ulimit -S -v {AddressKibibytes}; exec '{Dotnet}' '{BuiltPrograms.Trainer}'");

    /// <summary>
    /// Replaces the program by a rename, so that a silo starts either the old program or the new one, but never a half of it.
    /// </summary>
    private void Write(string command)
    {
        var draft = Program + ".new";
        File.WriteAllText(draft, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(draft, Executable);
        File.Move(draft, Program, overwrite: true);
    }
}
